-- +goose Up
CREATE TABLE areas (
  code         text PRIMARY KEY,
  name         text NOT NULL,
  full_name    text NOT NULL,
  full_name_en text NOT NULL DEFAULT '',
  kind         text NOT NULL DEFAULT '',
  geometry     text NOT NULL,
  source       text NOT NULL,
  imported_at  timestamptz NOT NULL
);

-- +goose Down
DROP TABLE areas;
