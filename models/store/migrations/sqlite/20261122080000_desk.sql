-- +goose Up
ALTER TABLE departments ADD COLUMN role TEXT NOT NULL DEFAULT '';
ALTER TABLE departments ADD COLUMN area_code TEXT NOT NULL DEFAULT '';
ALTER TABLE departments ADD COLUMN parent_id TEXT REFERENCES departments(id);
ALTER TABLE departments ADD COLUMN calendar TEXT NOT NULL DEFAULT '';
ALTER TABLE departments ADD COLUMN phone TEXT NOT NULL DEFAULT '';
ALTER TABLE departments ADD COLUMN email TEXT NOT NULL DEFAULT '';
CREATE INDEX departments_role ON departments (role, area_code);

ALTER TABLE tickets ADD COLUMN area_approx BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tickets ADD COLUMN road TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN suggested_id TEXT REFERENCES departments(id);
ALTER TABLE tickets ADD COLUMN why TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN confidence REAL NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN pauses INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN paused_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN external_refs TEXT NOT NULL DEFAULT '';

ALTER TABLE clocks ADD COLUMN paused_at TIMESTAMP;

CREATE TABLE notes (
  id         TEXT PRIMARY KEY,
  ticket_id  TEXT NOT NULL REFERENCES tickets(id),
  author_id  TEXT NOT NULL REFERENCES staff(id),
  text       TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX notes_ticket ON notes (ticket_id, id);

CREATE TABLE ratings (
  id          TEXT PRIMARY KEY,
  ticket_id   TEXT NOT NULL REFERENCES tickets(id),
  reporter_id TEXT NOT NULL REFERENCES reporters(id),
  generation  INTEGER NOT NULL,
  stars       INTEGER NOT NULL,
  created_at  TIMESTAMP NOT NULL,
  UNIQUE (ticket_id, reporter_id, generation)
);

-- +goose Down
DROP TABLE ratings;
DROP TABLE notes;
ALTER TABLE clocks DROP COLUMN paused_at;
ALTER TABLE tickets DROP COLUMN external_refs;
ALTER TABLE tickets DROP COLUMN paused_s;
ALTER TABLE tickets DROP COLUMN pauses;
ALTER TABLE tickets DROP COLUMN confidence;
ALTER TABLE tickets DROP COLUMN why;
ALTER TABLE tickets DROP COLUMN suggested_id;
ALTER TABLE tickets DROP COLUMN road;
ALTER TABLE tickets DROP COLUMN area_approx;
DROP INDEX departments_role;
ALTER TABLE departments DROP COLUMN email;
ALTER TABLE departments DROP COLUMN phone;
ALTER TABLE departments DROP COLUMN calendar;
ALTER TABLE departments DROP COLUMN parent_id;
ALTER TABLE departments DROP COLUMN area_code;
ALTER TABLE departments DROP COLUMN role;
