-- +goose Up
-- Nothing asks for tickets by the instant alone, ids are in its order; but PostgreSQL took this index to look for tickets
-- of the same thing, and read every ticket of a month for each report.
DROP INDEX tickets_created;

-- +goose Down
CREATE INDEX tickets_created ON tickets (created_at, id);
