-- +goose Up
CREATE TABLE inbox_events (
  id          TEXT PRIMARY KEY,
  channel     TEXT NOT NULL,
  account     TEXT NOT NULL,
  sender      TEXT NOT NULL,
  kind        TEXT NOT NULL,
  payload     TEXT NOT NULL,
  occurred_at TIMESTAMP NOT NULL,
  sequence    INTEGER NOT NULL DEFAULT 0,
  received_at TIMESTAMP NOT NULL,
  done_at     TIMESTAMP,
  attempts    INTEGER NOT NULL DEFAULT 0,
  fault       TEXT NOT NULL DEFAULT '',
  wake_at     TIMESTAMP,
  epoch       INTEGER NOT NULL DEFAULT 0,
  wakes       INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX inbox_events_unread ON inbox_events (sender, channel, account) WHERE done_at IS NULL;

CREATE TABLE reporters (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL DEFAULT '',
  phone      TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE reporter_addresses (
  id          TEXT PRIMARY KEY,
  reporter_id TEXT NOT NULL REFERENCES reporters(id),
  channel     TEXT NOT NULL,
  account     TEXT NOT NULL,
  external_id TEXT NOT NULL,
  blocked_at  TIMESTAMP,
  lease_until TIMESTAMP,
  lease_token TEXT NOT NULL DEFAULT '',
  wake_at     TIMESTAMP,
  epoch       INTEGER NOT NULL DEFAULT 0,
  wakes       INTEGER NOT NULL DEFAULT 0,
  created_at  TIMESTAMP NOT NULL,
  UNIQUE (external_id, channel, account)
);
CREATE INDEX reporter_addresses_reporter ON reporter_addresses (reporter_id);
CREATE INDEX reporter_addresses_wake ON reporter_addresses (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE conversations (
  id                  TEXT PRIMARY KEY,
  address_id          TEXT NOT NULL UNIQUE REFERENCES reporter_addresses(id),
  reporter_id         TEXT NOT NULL REFERENCES reporters(id),
  channel             TEXT NOT NULL,
  language            TEXT NOT NULL,
  last_interaction_at TIMESTAMP NOT NULL,
  taken_over_until    TIMESTAMP,
  created_at          TIMESTAMP NOT NULL
);

CREATE TABLE departments (
  id         TEXT PRIMARY KEY,
  code       TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE staff (
  id            TEXT PRIMARY KEY,
  email         TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  role          TEXT NOT NULL,
  department_id TEXT REFERENCES departments(id),
  password_hash TEXT NOT NULL,
  disabled_at   TIMESTAMP,
  created_at    TIMESTAMP NOT NULL
);

CREATE TABLE sessions (
  key        TEXT PRIMARY KEY,
  staff_id   TEXT NOT NULL REFERENCES staff(id),
  created_at TIMESTAMP NOT NULL,
  seen_at    TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL
);

CREATE TABLE tickets (
  id            TEXT PRIMARY KEY,
  code          TEXT NOT NULL UNIQUE,
  state         TEXT NOT NULL,
  outcome       TEXT NOT NULL DEFAULT '',
  priority      TEXT NOT NULL,
  category      TEXT NOT NULL DEFAULT '',
  area_code     TEXT NOT NULL DEFAULT '',
  lat           REAL,
  lon           REAL,
  address       TEXT NOT NULL DEFAULT '',
  department_id TEXT REFERENCES departments(id),
  assignee_id   TEXT REFERENCES staff(id),
  promise_due   TIMESTAMP,
  target_due    TIMESTAMP,
  reports       INTEGER NOT NULL DEFAULT 0,
  reopens       INTEGER NOT NULL DEFAULT 0,
  hops          INTEGER NOT NULL DEFAULT 0,
  last_seq      INTEGER NOT NULL DEFAULT 0,
  head_hash     TEXT NOT NULL DEFAULT '',
  version       INTEGER NOT NULL DEFAULT 0,
  created_at    TIMESTAMP NOT NULL,
  updated_at    TIMESTAMP NOT NULL,
  resolved_at   TIMESTAMP,
  closed_at     TIMESTAMP
);
CREATE INDEX tickets_open ON tickets (target_due, id) WHERE closed_at IS NULL;
CREATE INDEX tickets_department ON tickets (department_id, state);
CREATE INDEX tickets_created ON tickets (created_at, id);

CREATE TABLE drafts (
  id              TEXT PRIMARY KEY,
  conversation_id TEXT NOT NULL REFERENCES conversations(id),
  status          TEXT NOT NULL,
  slots           TEXT NOT NULL DEFAULT '{}',
  ticket_id       TEXT REFERENCES tickets(id),
  wake_at         TIMESTAMP,
  epoch           INTEGER NOT NULL DEFAULT 0,
  wakes           INTEGER NOT NULL DEFAULT 0,
  created_at      TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX drafts_one_open ON drafts (conversation_id) WHERE status = 'open';
CREATE INDEX drafts_wake ON drafts (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE reports (
  id              TEXT PRIMARY KEY,
  ticket_id       TEXT NOT NULL REFERENCES tickets(id),
  reporter_id     TEXT NOT NULL REFERENCES reporters(id),
  conversation_id TEXT REFERENCES conversations(id),
  channel         TEXT NOT NULL,
  words           TEXT NOT NULL DEFAULT '',
  words_salt      TEXT NOT NULL DEFAULT '',
  lat             REAL,
  lon             REAL,
  address         TEXT NOT NULL DEFAULT '',
  created_at      TIMESTAMP NOT NULL
);
CREATE INDEX reports_ticket ON reports (ticket_id);
CREATE INDEX reports_reporter ON reports (reporter_id, created_at);

CREATE TABLE messages (
  id              TEXT PRIMARY KEY,
  conversation_id TEXT NOT NULL REFERENCES conversations(id),
  ticket_id       TEXT REFERENCES tickets(id),
  inbox_id        TEXT,
  direction       TEXT NOT NULL,
  author          TEXT NOT NULL,
  key             TEXT NOT NULL,
  args            TEXT NOT NULL DEFAULT '{}',
  buttons         TEXT NOT NULL DEFAULT '[]',
  text            TEXT NOT NULL DEFAULT '',
  lat             REAL,
  lon             REAL,
  external_id     TEXT NOT NULL DEFAULT '',
  created_at      TIMESTAMP NOT NULL
);
CREATE INDEX messages_conversation ON messages (conversation_id, id);
CREATE INDEX messages_ticket ON messages (ticket_id, id) WHERE ticket_id IS NOT NULL;

CREATE TABLE deliveries (
  id          TEXT PRIMARY KEY,
  message_id  TEXT NOT NULL REFERENCES messages(id),
  address_id  TEXT NOT NULL REFERENCES reporter_addresses(id),
  step        INTEGER NOT NULL,
  part        INTEGER NOT NULL,
  status      TEXT NOT NULL,
  attempts    INTEGER NOT NULL DEFAULT 0,
  not_before  TIMESTAMP NOT NULL,
  ambiguous   BOOLEAN NOT NULL DEFAULT FALSE,
  platform_id TEXT NOT NULL DEFAULT '',
  error_class TEXT NOT NULL DEFAULT '',
  text        TEXT NOT NULL DEFAULT '',
  created_at  TIMESTAMP NOT NULL,
  sent_at     TIMESTAMP,
  UNIQUE (message_id, step, part)
);
CREATE INDEX deliveries_open ON deliveries (address_id, id) WHERE status IN ('queued', 'sending');

CREATE TABLE ticket_events (
  id         TEXT PRIMARY KEY,
  ticket_id  TEXT NOT NULL REFERENCES tickets(id),
  seq        INTEGER NOT NULL,
  verb       TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id   TEXT NOT NULL,
  at         TIMESTAMP NOT NULL,
  data       TEXT NOT NULL,
  prev_hash  TEXT NOT NULL,
  hash       TEXT NOT NULL,
  UNIQUE (ticket_id, seq)
);
-- +goose StatementBegin
CREATE TRIGGER ticket_events_no_update BEFORE UPDATE ON ticket_events
BEGIN
  SELECT RAISE(ABORT, 'ticket_events is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ticket_events_no_delete BEFORE DELETE ON ticket_events
BEGIN
  SELECT RAISE(ABORT, 'ticket_events is append-only');
END;
-- +goose StatementEnd

CREATE TABLE feed (
  pos      INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL UNIQUE
);
CREATE TABLE feed_queue (
  event_id TEXT PRIMARY KEY
);

CREATE TABLE clocks (
  id            TEXT PRIMARY KEY,
  ticket_id     TEXT NOT NULL REFERENCES tickets(id),
  kind          TEXT NOT NULL,
  calendar      TEXT NOT NULL,
  target_s      INTEGER NOT NULL,
  consumed_s    INTEGER NOT NULL DEFAULT 0,
  running_since TIMESTAMP,
  due_at        TIMESTAMP,
  state         TEXT NOT NULL,
  version       INTEGER NOT NULL DEFAULT 0,
  UNIQUE (ticket_id, kind)
);

CREATE TABLE timers (
  id           TEXT PRIMARY KEY,
  ticket_id    TEXT NOT NULL REFERENCES tickets(id),
  kind         TEXT NOT NULL,
  due_at       TIMESTAMP NOT NULL,
  generation   INTEGER NOT NULL DEFAULT 0,
  fired_at     TIMESTAMP,
  cancelled_at TIMESTAMP,
  wake_at      TIMESTAMP,
  epoch        INTEGER NOT NULL DEFAULT 0,
  wakes        INTEGER NOT NULL DEFAULT 0,
  UNIQUE (ticket_id, kind)
);
CREATE INDEX timers_wake ON timers (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX inbox_events_wake ON inbox_events (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE idempotency_keys (
  key        TEXT NOT NULL,
  owner      TEXT NOT NULL,
  body_hash  TEXT NOT NULL,
  status     INTEGER NOT NULL DEFAULT 0,
  response   TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (owner, key)
);

CREATE TABLE day_seals (
  day       TEXT PRIMARY KEY,
  heads     TEXT NOT NULL,
  prev_seal TEXT NOT NULL,
  seal      TEXT NOT NULL
);

-- +goose Down
DROP TABLE day_seals;
DROP TABLE idempotency_keys;
DROP TABLE timers;
DROP TABLE clocks;
DROP TABLE feed_queue;
DROP TABLE feed;
DROP TABLE ticket_events;
DROP TABLE deliveries;
DROP TABLE messages;
DROP TABLE reports;
DROP TABLE drafts;
DROP TABLE tickets;
DROP TABLE sessions;
DROP TABLE staff;
DROP TABLE departments;
DROP TABLE conversations;
DROP TABLE reporter_addresses;
DROP TABLE reporters;
DROP TABLE inbox_events;
