-- +goose Up
-- the resident's message that one of ours answers, which the platform shows above it
ALTER TABLE messages ADD COLUMN quote_id TEXT REFERENCES messages(id);

-- +goose Down
ALTER TABLE messages DROP COLUMN quote_id;
