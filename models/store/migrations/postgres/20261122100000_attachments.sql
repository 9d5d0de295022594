-- +goose Up
CREATE TABLE attachments (
  id              uuid PRIMARY KEY,
  conversation_id uuid REFERENCES conversations(id),
  message_id      uuid REFERENCES messages(id),
  ticket_id       uuid REFERENCES tickets(id),
  kind            text NOT NULL,
  media           text NOT NULL,
  status          text NOT NULL,
  source          text NOT NULL DEFAULT '{}',
  sha256          text NOT NULL DEFAULT '',
  dhash           bigint NOT NULL DEFAULT 0,
  width           integer NOT NULL DEFAULT 0,
  height          integer NOT NULL DEFAULT 0,
  small_width     integer NOT NULL DEFAULT 0,
  small_height    integer NOT NULL DEFAULT 0,
  bytes           bigint NOT NULL DEFAULT 0,
  taken_at        timestamptz,
  lat             double precision,
  lon             double precision,
  fault           text NOT NULL DEFAULT '',
  attempts        integer NOT NULL DEFAULT 0,
  lease_until     timestamptz,
  lease_token     text NOT NULL DEFAULT '',
  wake_at         timestamptz,
  epoch           bigint NOT NULL DEFAULT 0,
  wakes           integer NOT NULL DEFAULT 0,
  created_at      timestamptz NOT NULL
);
CREATE INDEX attachments_message ON attachments (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX attachments_ticket ON attachments (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX attachments_wake ON attachments (wake_at) WHERE wake_at IS NOT NULL;

-- +goose Down
DROP TABLE attachments;
