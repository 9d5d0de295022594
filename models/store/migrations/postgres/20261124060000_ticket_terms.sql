-- +goose Up
-- the name of its type and what its reports say, folded: search finds it by that. The name comes when it changes next.
ALTER TABLE tickets ADD COLUMN said text NOT NULL DEFAULT '';
UPDATE tickets SET said = coalesce(
  (SELECT substr(string_agg(r.search, ' '), 1, 100000) FROM reports r WHERE r.ticket_id = tickets.id), '');
-- the words by which it is found, and behind signs that no folded word has whether it is open, its department, type and area
ALTER TABLE tickets ADD COLUMN terms tsvector GENERATED ALWAYS AS (
  strip(to_tsvector('simple'::regconfig, search || ' ' || said)) || array_to_tsvector(ARRAY[
    '#' || CASE WHEN state IN ('new', 'assigned', 'in_progress', 'waiting') THEN 'open' ELSE 'done' END,
    '@' || coalesce(department_id::text, ''), '=' || category, '%' || area_code])) STORED;
CREATE INDEX tickets_terms ON tickets USING gin (terms);
CREATE INDEX tickets_refs ON tickets USING gin (string_to_array(external_refs, ' ')) WHERE external_refs <> '';
-- by state alone: PostgreSQL takes conditions that always hold together for rarer and rarer. What is counted stands in it.
DROP INDEX tickets_open;
CREATE INDEX tickets_open ON tickets (target_due, id) INCLUDE (state, department_id, reopens) WHERE state IN ('new', 'assigned', 'in_progress', 'waiting');
CREATE INDEX tickets_answered ON tickets (id) WHERE state = 'resolved';

-- +goose Down
DROP INDEX tickets_answered;
DROP INDEX tickets_open;
CREATE INDEX tickets_open ON tickets (target_due, id) WHERE closed_at IS NULL;
DROP INDEX tickets_refs;
ALTER TABLE tickets DROP COLUMN terms;
ALTER TABLE tickets DROP COLUMN said;
