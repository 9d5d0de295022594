-- +goose Up
ALTER TABLE messages ADD COLUMN ask_location boolean NOT NULL DEFAULT false;
ALTER TABLE messages ADD COLUMN hidden_at timestamptz;
CREATE INDEX messages_external ON messages (conversation_id, external_id) WHERE external_id <> '';

CREATE TABLE message_revisions (
  id         uuid PRIMARY KEY,
  message_id uuid NOT NULL REFERENCES messages(id),
  text       text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX message_revisions_message ON message_revisions (message_id);

CREATE TABLE notices (
  id          uuid PRIMARY KEY,
  reporter_id uuid NOT NULL REFERENCES reporters(id),
  kind        text NOT NULL,
  version     integer NOT NULL,
  told_at     timestamptz NOT NULL,
  UNIQUE (reporter_id, kind, version)
);

-- +goose Down
DROP TABLE notices;
DROP TABLE message_revisions;
DROP INDEX messages_external;
ALTER TABLE messages DROP COLUMN hidden_at;
ALTER TABLE messages DROP COLUMN ask_location;
