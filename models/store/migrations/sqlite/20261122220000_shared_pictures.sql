-- +goose Up
-- a draft that told of several problems became several tickets: its pictures are the first one's, and the others show them
CREATE TABLE shared_pictures (
  attachment_id TEXT NOT NULL REFERENCES attachments(id) ON DELETE CASCADE,
  ticket_id     TEXT NOT NULL REFERENCES tickets(id),
  PRIMARY KEY (ticket_id, attachment_id)
);
CREATE INDEX shared_pictures_attachment ON shared_pictures (attachment_id);

-- +goose Down
DROP TABLE shared_pictures;
