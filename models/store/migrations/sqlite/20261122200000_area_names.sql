-- +goose Up
CREATE TABLE area_names (
  line        INTEGER PRIMARY KEY,
  province    TEXT NOT NULL,
  district    TEXT NOT NULL,
  ward        TEXT NOT NULL,
  area_code   TEXT NOT NULL,
  split       INTEGER NOT NULL,
  source      TEXT NOT NULL,
  imported_at TIMESTAMP NOT NULL
);

-- +goose Down
DROP TABLE area_names;
