-- +goose Up
-- the name of its type and what its reports say, folded: search finds it by that. The name comes when it changes next.
ALTER TABLE tickets ADD COLUMN said text NOT NULL DEFAULT '';
UPDATE tickets SET said = coalesce(
  (SELECT substr(string_agg(r.search, ' '), 1, 100000) FROM reports r WHERE r.ticket_id = tickets.id), '');
-- by state alone: PostgreSQL takes conditions that always hold together for rarer and rarer
DROP INDEX tickets_open;
CREATE INDEX tickets_open ON tickets (target_due, id) WHERE state IN ('new', 'assigned', 'in_progress', 'waiting');
CREATE INDEX tickets_answered ON tickets (id) WHERE state = 'resolved';

-- +goose Down
DROP INDEX tickets_answered;
DROP INDEX tickets_open;
CREATE INDEX tickets_open ON tickets (target_due, id) WHERE closed_at IS NULL;
ALTER TABLE tickets DROP COLUMN said;
