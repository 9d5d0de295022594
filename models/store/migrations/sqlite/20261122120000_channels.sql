-- +goose Up
CREATE TABLE leases (
  name     TEXT PRIMARY KEY,
  token    TEXT NOT NULL,
  until    TIMESTAMP NOT NULL,
  position INTEGER NOT NULL
);

-- the parts of a message go out together, whenever they were cut
DROP INDEX deliveries_open;
CREATE INDEX deliveries_open ON deliveries (address_id, message_id, step, part) WHERE status IN ('queued', 'sending');

-- +goose Down
DROP INDEX deliveries_open;
CREATE INDEX deliveries_open ON deliveries (address_id, id) WHERE status IN ('queued', 'sending');
DROP TABLE leases;
