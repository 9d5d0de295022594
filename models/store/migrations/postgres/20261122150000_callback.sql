-- +goose Up
-- the number under which a reporter asks to be called back about this report; it proves nothing
ALTER TABLE reports ADD COLUMN phone text NOT NULL DEFAULT '';
UPDATE reports SET phone = (SELECT p.phone FROM reporters p WHERE p.id = reports.reporter_id);
ALTER TABLE reporters DROP COLUMN phone;
CREATE INDEX reports_phone ON reports (phone) WHERE phone <> '';

-- +goose Down
DROP INDEX reports_phone;
ALTER TABLE reporters ADD COLUMN phone text NOT NULL DEFAULT '';
ALTER TABLE reports DROP COLUMN phone;
