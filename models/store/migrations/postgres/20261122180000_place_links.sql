-- +goose Up
-- token_hash: SHA-256 of the secret in a link /where/…
CREATE TABLE place_links (
  token_hash text PRIMARY KEY,
  draft_id   uuid NOT NULL REFERENCES drafts(id) ON DELETE CASCADE,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz,
  created_at timestamptz NOT NULL
);
CREATE INDEX place_links_draft ON place_links (draft_id);

-- +goose Down
DROP TABLE place_links;
