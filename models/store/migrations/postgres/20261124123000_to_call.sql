-- +goose Up
-- answered, and somebody who telephoned is still to be called and told so
ALTER TABLE tickets ADD COLUMN to_call boolean NOT NULL DEFAULT FALSE;
CREATE INDEX tickets_to_call ON tickets (id) WHERE to_call;

-- +goose Down
DROP INDEX tickets_to_call;
ALTER TABLE tickets DROP COLUMN to_call;
