-- +goose Up
CREATE TABLE grants (
  channel    text NOT NULL,
  account    text NOT NULL,
  access     text NOT NULL,
  refresh    text NOT NULL,
  expires_at timestamptz NOT NULL,
  issued_at  timestamptz NOT NULL,
  version    bigint NOT NULL,
  fault      text NOT NULL DEFAULT '',
  fault_at   timestamptz,
  PRIMARY KEY (channel, account)
);

-- +goose Down
DROP TABLE grants;
