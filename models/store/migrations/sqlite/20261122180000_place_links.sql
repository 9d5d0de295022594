-- +goose Up
-- token_hash: SHA-256 of the secret in a link /where/…
CREATE TABLE place_links (
  token_hash TEXT PRIMARY KEY,
  draft_id   TEXT NOT NULL REFERENCES drafts(id) ON DELETE CASCADE,
  expires_at TIMESTAMP NOT NULL,
  used_at    TIMESTAMP,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX place_links_draft ON place_links (draft_id);

-- +goose Down
DROP TABLE place_links;
