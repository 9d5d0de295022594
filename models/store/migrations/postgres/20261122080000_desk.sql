-- +goose Up
ALTER TABLE departments ADD COLUMN role text NOT NULL DEFAULT '';
ALTER TABLE departments ADD COLUMN area_code text NOT NULL DEFAULT '';
ALTER TABLE departments ADD COLUMN parent_id uuid REFERENCES departments(id);
ALTER TABLE departments ADD COLUMN calendar text NOT NULL DEFAULT '';
ALTER TABLE departments ADD COLUMN phone text NOT NULL DEFAULT '';
ALTER TABLE departments ADD COLUMN email text NOT NULL DEFAULT '';
CREATE INDEX departments_role ON departments (role, area_code);

ALTER TABLE tickets ADD COLUMN area_approx boolean NOT NULL DEFAULT false;
ALTER TABLE tickets ADD COLUMN road text NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN suggested_id uuid REFERENCES departments(id);
ALTER TABLE tickets ADD COLUMN why text NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN confidence double precision NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN pauses integer NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN paused_s bigint NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN external_refs text NOT NULL DEFAULT '';

ALTER TABLE clocks ADD COLUMN paused_at timestamptz;

CREATE TABLE notes (
  id         uuid PRIMARY KEY,
  ticket_id  uuid NOT NULL REFERENCES tickets(id),
  author_id  uuid NOT NULL REFERENCES staff(id),
  text       text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX notes_ticket ON notes (ticket_id, id);

CREATE TABLE ratings (
  id          uuid PRIMARY KEY,
  ticket_id   uuid NOT NULL REFERENCES tickets(id),
  reporter_id uuid NOT NULL REFERENCES reporters(id),
  generation  integer NOT NULL,
  stars       integer NOT NULL,
  created_at  timestamptz NOT NULL,
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
