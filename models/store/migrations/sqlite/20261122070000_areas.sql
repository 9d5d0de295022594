-- +goose Up
CREATE TABLE areas (
  code         TEXT PRIMARY KEY,
  name         TEXT NOT NULL,
  full_name    TEXT NOT NULL,
  full_name_en TEXT NOT NULL DEFAULT '',
  kind         TEXT NOT NULL DEFAULT '',
  geometry     TEXT NOT NULL,
  source       TEXT NOT NULL,
  imported_at  TIMESTAMP NOT NULL
);

-- +goose Down
DROP TABLE areas;
