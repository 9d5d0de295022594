-- +goose Up
CREATE TABLE area_names (
  line        bigint PRIMARY KEY,
  province    text NOT NULL,
  district    text NOT NULL,
  ward        text NOT NULL,
  area_code   text NOT NULL,
  split       boolean NOT NULL,
  source      text NOT NULL,
  imported_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE area_names;
