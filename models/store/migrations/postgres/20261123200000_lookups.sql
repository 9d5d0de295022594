-- +goose Up
-- geocoded: the point was computed from the address, nobody has said it
ALTER TABLE tickets ADD COLUMN geocoded boolean NOT NULL DEFAULT FALSE;

-- the tickets whose address waits to be looked up
CREATE TABLE lookups (
    id uuid PRIMARY KEY REFERENCES tickets (id),
    attempts integer NOT NULL DEFAULT 0,
    wake_at timestamptz,
    epoch bigint NOT NULL,
    wakes integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
);
CREATE INDEX lookups_wake ON lookups (wake_at) WHERE wake_at IS NOT NULL;

-- +goose Down
DROP TABLE lookups;
ALTER TABLE tickets DROP COLUMN geocoded;
