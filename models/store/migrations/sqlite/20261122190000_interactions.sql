-- +goose Up
-- what was asked of platforms and what they answered, for seven days
CREATE TABLE interactions (
  id          TEXT PRIMARY KEY,
  delivery_id TEXT,
  channel     TEXT NOT NULL,
  method      TEXT NOT NULL,
  host        TEXT NOT NULL,
  path        TEXT NOT NULL,
  status      INTEGER NOT NULL,
  request     TEXT NOT NULL,
  response    TEXT NOT NULL,
  error       TEXT NOT NULL,
  class       TEXT NOT NULL,
  took_ms     INTEGER NOT NULL,
  at          TIMESTAMP NOT NULL
);
CREATE INDEX interactions_delivery ON interactions (delivery_id, at) WHERE delivery_id IS NOT NULL;
CREATE INDEX interactions_at ON interactions (at);

-- +goose Down
DROP TABLE interactions;
