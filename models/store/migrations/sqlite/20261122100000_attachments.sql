-- +goose Up
CREATE TABLE attachments (
  id              TEXT PRIMARY KEY,
  conversation_id TEXT REFERENCES conversations(id),
  message_id      TEXT REFERENCES messages(id),
  ticket_id       TEXT REFERENCES tickets(id),
  kind            TEXT NOT NULL,
  media           TEXT NOT NULL,
  status          TEXT NOT NULL,
  source          TEXT NOT NULL DEFAULT '{}',
  sha256          TEXT NOT NULL DEFAULT '',
  dhash           INTEGER NOT NULL DEFAULT 0,
  width           INTEGER NOT NULL DEFAULT 0,
  height          INTEGER NOT NULL DEFAULT 0,
  small_width     INTEGER NOT NULL DEFAULT 0,
  small_height    INTEGER NOT NULL DEFAULT 0,
  bytes           INTEGER NOT NULL DEFAULT 0,
  taken_at        TIMESTAMP,
  lat             REAL,
  lon             REAL,
  fault           TEXT NOT NULL DEFAULT '',
  attempts        INTEGER NOT NULL DEFAULT 0,
  lease_until     TIMESTAMP,
  lease_token     TEXT NOT NULL DEFAULT '',
  wake_at         TIMESTAMP,
  epoch           INTEGER NOT NULL DEFAULT 0,
  wakes           INTEGER NOT NULL DEFAULT 0,
  created_at      TIMESTAMP NOT NULL
);
CREATE INDEX attachments_message ON attachments (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX attachments_ticket ON attachments (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX attachments_wake ON attachments (wake_at) WHERE wake_at IS NOT NULL;

-- +goose Down
DROP TABLE attachments;
