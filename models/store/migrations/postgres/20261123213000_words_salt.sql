-- +goose Up
-- the salt of the sum that an event keeps of the words; '' where no event has one, and once they are erased
ALTER TABLE notes ADD COLUMN words_salt text NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN words_salt text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE messages DROP COLUMN words_salt;
ALTER TABLE notes DROP COLUMN words_salt;
