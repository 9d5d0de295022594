-- +goose Up
ALTER TABLE deliveries ADD COLUMN arrived_at timestamptz;
ALTER TABLE deliveries ADD COLUMN read_at timestamptz;
CREATE INDEX deliveries_platform ON deliveries (platform_id) WHERE platform_id <> '';
CREATE INDEX deliveries_held ON deliveries (address_id) WHERE status = 'held';
ALTER TABLE reporter_addresses ADD COLUMN held boolean NOT NULL DEFAULT FALSE;
ALTER TABLE conversations ADD COLUMN unsent text NOT NULL DEFAULT '';
ALTER TABLE reporters ADD COLUMN phone text NOT NULL DEFAULT '';

-- what messages outside of free windows have cost, in đồng, by channel and day of the city
CREATE TABLE spendings (
  channel text NOT NULL,
  day     text NOT NULL,
  spent   bigint NOT NULL,
  PRIMARY KEY (channel, day)
);

-- +goose Down
DROP TABLE spendings;
ALTER TABLE reporters DROP COLUMN phone;
ALTER TABLE conversations DROP COLUMN unsent;
ALTER TABLE reporter_addresses DROP COLUMN held;
DROP INDEX deliveries_held;
DROP INDEX deliveries_platform;
ALTER TABLE deliveries DROP COLUMN read_at;
ALTER TABLE deliveries DROP COLUMN arrived_at;
