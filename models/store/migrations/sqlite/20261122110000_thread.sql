-- +goose Up
ALTER TABLE messages ADD COLUMN ask_location BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE messages ADD COLUMN hidden_at TIMESTAMP;
CREATE INDEX messages_external ON messages (conversation_id, external_id) WHERE external_id <> '';

CREATE TABLE message_revisions (
  id         TEXT PRIMARY KEY,
  message_id TEXT NOT NULL REFERENCES messages(id),
  text       TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX message_revisions_message ON message_revisions (message_id);

CREATE TABLE notices (
  id          TEXT PRIMARY KEY,
  reporter_id TEXT NOT NULL REFERENCES reporters(id),
  kind        TEXT NOT NULL,
  version     INTEGER NOT NULL,
  told_at     TIMESTAMP NOT NULL,
  UNIQUE (reporter_id, kind, version)
);

-- +goose Down
DROP TABLE notices;
DROP TABLE message_revisions;
DROP INDEX messages_external;
ALTER TABLE messages DROP COLUMN hidden_at;
ALTER TABLE messages DROP COLUMN ask_location;
