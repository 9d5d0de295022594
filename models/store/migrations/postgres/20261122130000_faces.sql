-- +goose Up
-- the secret of the page on which whoever has the link follows a report
ALTER TABLE reports ADD COLUMN track_token text NOT NULL DEFAULT '';
CREATE UNIQUE INDEX reports_track_token ON reports (track_token) WHERE track_token <> '';

-- +goose Down
DROP INDEX reports_track_token;
ALTER TABLE reports DROP COLUMN track_token;
