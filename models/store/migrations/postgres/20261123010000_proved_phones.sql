-- +goose Up
-- since when a platform vouches that the number is the reporter's own; one that was only typed may be anybody's
ALTER TABLE reporters ADD COLUMN phone_proved_at timestamptz;

-- +goose Down
ALTER TABLE reporters DROP COLUMN phone_proved_at;
