-- +goose Up
-- how a ticket stands to another one: merged into it, or likely the same, or known to be another
ALTER TABLE tickets ADD COLUMN related_id uuid REFERENCES tickets(id);
ALTER TABLE tickets ADD COLUMN relation text NOT NULL DEFAULT '';
CREATE INDEX tickets_place ON tickets (lat, lon) WHERE lat IS NOT NULL;
CREATE INDEX tickets_address ON tickets (substr(search, 1, 120)) WHERE search <> '';

-- what each of several reporters says for themselves
ALTER TABLE reports ADD COLUMN withdrawn_at timestamptz;
ALTER TABLE reports ADD COLUMN verdict text NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN verdict_round integer NOT NULL DEFAULT 0;

-- the ticket that these came from when it was merged into the one that they belong to
ALTER TABLE reports ADD COLUMN origin_id uuid REFERENCES tickets(id);
ALTER TABLE messages ADD COLUMN origin_id uuid REFERENCES tickets(id);
ALTER TABLE attachments ADD COLUMN origin_id uuid REFERENCES tickets(id);

-- +goose Down
ALTER TABLE attachments DROP COLUMN origin_id;
ALTER TABLE messages DROP COLUMN origin_id;
ALTER TABLE reports DROP COLUMN origin_id;
ALTER TABLE reports DROP COLUMN verdict_round;
ALTER TABLE reports DROP COLUMN verdict;
ALTER TABLE reports DROP COLUMN withdrawn_at;
DROP INDEX tickets_address;
DROP INDEX tickets_place;
ALTER TABLE tickets DROP COLUMN relation;
ALTER TABLE tickets DROP COLUMN related_id;
