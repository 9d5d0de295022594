-- +goose Up
-- what was asked of platforms and what they answered, for seven days
CREATE TABLE interactions (
  id          uuid PRIMARY KEY,
  delivery_id uuid,
  channel     text NOT NULL,
  method      text NOT NULL,
  host        text NOT NULL,
  path        text NOT NULL,
  status      integer NOT NULL,
  request     text NOT NULL,
  response    text NOT NULL,
  error       text NOT NULL,
  class       text NOT NULL,
  took_ms     bigint NOT NULL,
  at          timestamptz NOT NULL
);
CREATE INDEX interactions_delivery ON interactions (delivery_id, at) WHERE delivery_id IS NOT NULL;
CREATE INDEX interactions_at ON interactions (at);

-- +goose Down
DROP TABLE interactions;
