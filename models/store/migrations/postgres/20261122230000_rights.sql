-- +goose Up
-- trusted: ten times the limits. erase_at: when what we know of them is to be erased; erased_at: when it was
ALTER TABLE reporters ADD COLUMN trusted boolean NOT NULL DEFAULT FALSE;
ALTER TABLE reporters ADD COLUMN erase_at timestamptz;
ALTER TABLE reporters ADD COLUMN erased_at timestamptz;
ALTER TABLE reporters ADD COLUMN wake_at timestamptz;
ALTER TABLE reporters ADD COLUMN epoch bigint NOT NULL DEFAULT 0;
ALTER TABLE reporters ADD COLUMN wakes integer NOT NULL DEFAULT 0;
CREATE INDEX reporters_wake ON reporters (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX reporters_erase ON reporters (erase_at) WHERE erase_at IS NOT NULL;

-- person_since: the resident asked for a person and has not come back to the bot. pace: how much they send
ALTER TABLE conversations ADD COLUMN person_since timestamptz;
ALTER TABLE conversations ADD COLUMN wake_at timestamptz;
ALTER TABLE conversations ADD COLUMN epoch bigint NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN wakes integer NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN pace_minute_at timestamptz;
ALTER TABLE conversations ADD COLUMN pace_minute integer NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN pace_day_at timestamptz;
ALTER TABLE conversations ADD COLUMN pace_day integer NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN pace_insulted_at timestamptz;
ALTER TABLE conversations ADD COLUMN pace_insults integer NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN pace_told_at timestamptz;
ALTER TABLE conversations ADD COLUMN pace_quiet_until timestamptz;
CREATE INDEX conversations_wake ON conversations (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX conversations_person ON conversations (person_since) WHERE person_since IS NOT NULL;
CREATE INDEX conversations_reporter ON conversations (reporter_id);

-- what the words were read as, where no person had said it
ALTER TABLE tickets ADD COLUMN read_category text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE tickets DROP COLUMN read_category;
DROP INDEX conversations_reporter;
DROP INDEX conversations_person;
DROP INDEX conversations_wake;
ALTER TABLE conversations DROP COLUMN pace_quiet_until;
ALTER TABLE conversations DROP COLUMN pace_told_at;
ALTER TABLE conversations DROP COLUMN pace_insults;
ALTER TABLE conversations DROP COLUMN pace_insulted_at;
ALTER TABLE conversations DROP COLUMN pace_day;
ALTER TABLE conversations DROP COLUMN pace_day_at;
ALTER TABLE conversations DROP COLUMN pace_minute;
ALTER TABLE conversations DROP COLUMN pace_minute_at;
ALTER TABLE conversations DROP COLUMN wakes;
ALTER TABLE conversations DROP COLUMN epoch;
ALTER TABLE conversations DROP COLUMN wake_at;
ALTER TABLE conversations DROP COLUMN person_since;
DROP INDEX reporters_erase;
DROP INDEX reporters_wake;
ALTER TABLE reporters DROP COLUMN wakes;
ALTER TABLE reporters DROP COLUMN epoch;
ALTER TABLE reporters DROP COLUMN wake_at;
ALTER TABLE reporters DROP COLUMN erased_at;
ALTER TABLE reporters DROP COLUMN erase_at;
ALTER TABLE reporters DROP COLUMN trusted;
