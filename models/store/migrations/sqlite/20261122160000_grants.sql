-- +goose Up
CREATE TABLE grants (
  channel    TEXT NOT NULL,
  account    TEXT NOT NULL,
  access     TEXT NOT NULL,
  refresh    TEXT NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  issued_at  TIMESTAMP NOT NULL,
  version    INTEGER NOT NULL,
  fault      TEXT NOT NULL DEFAULT '',
  fault_at   TIMESTAMP,
  PRIMARY KEY (channel, account)
);

-- +goose Down
DROP TABLE grants;
