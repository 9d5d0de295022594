-- +goose Up
-- what search compares: the words and places of a row as models.Fold leaves them
ALTER TABLE tickets ADD COLUMN search text NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN search text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE reports DROP COLUMN search;
ALTER TABLE tickets DROP COLUMN search;
