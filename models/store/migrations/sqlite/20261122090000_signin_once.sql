-- +goose Up
-- set: the password is from a printed slip and ends then; its owner must choose another one first
ALTER TABLE staff ADD COLUMN password_once_until TIMESTAMP;

-- +goose Down
ALTER TABLE staff DROP COLUMN password_once_until;
