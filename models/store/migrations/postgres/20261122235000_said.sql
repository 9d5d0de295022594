-- +goose Up
-- how much the bot has said in a conversation within a minute: two machines must not keep each other talking
ALTER TABLE conversations ADD COLUMN pace_said_at timestamptz;
ALTER TABLE conversations ADD COLUMN pace_said integer NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE conversations DROP COLUMN pace_said;
ALTER TABLE conversations DROP COLUMN pace_said_at;
