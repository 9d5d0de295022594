-- +goose Up
CREATE TABLE inbox_events (
  id          uuid PRIMARY KEY,
  channel     text NOT NULL,
  account     text NOT NULL,
  sender      text NOT NULL,
  kind        text NOT NULL,
  payload     text NOT NULL,
  occurred_at timestamptz NOT NULL,
  sequence    bigint NOT NULL DEFAULT 0,
  received_at timestamptz NOT NULL,
  done_at     timestamptz,
  attempts    integer NOT NULL DEFAULT 0,
  fault       text NOT NULL DEFAULT '',
  wake_at     timestamptz,
  epoch       bigint NOT NULL DEFAULT 0,
  wakes       integer NOT NULL DEFAULT 0
);
CREATE INDEX inbox_events_unread ON inbox_events (sender, channel, account) WHERE done_at IS NULL;

CREATE TABLE reporters (
  id         uuid PRIMARY KEY,
  name       text NOT NULL DEFAULT '',
  phone      text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL
);

CREATE TABLE reporter_addresses (
  id          uuid PRIMARY KEY,
  reporter_id uuid NOT NULL REFERENCES reporters(id),
  channel     text NOT NULL,
  account     text NOT NULL,
  external_id text NOT NULL,
  blocked_at  timestamptz,
  lease_until timestamptz,
  lease_token text NOT NULL DEFAULT '',
  wake_at     timestamptz,
  epoch       bigint NOT NULL DEFAULT 0,
  wakes       integer NOT NULL DEFAULT 0,
  created_at  timestamptz NOT NULL,
  UNIQUE (external_id, channel, account)
);
CREATE INDEX reporter_addresses_reporter ON reporter_addresses (reporter_id);
CREATE INDEX reporter_addresses_wake ON reporter_addresses (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE conversations (
  id                  uuid PRIMARY KEY,
  address_id          uuid NOT NULL UNIQUE REFERENCES reporter_addresses(id),
  reporter_id         uuid NOT NULL REFERENCES reporters(id),
  channel             text NOT NULL,
  language            text NOT NULL,
  last_interaction_at timestamptz NOT NULL,
  taken_over_until    timestamptz,
  created_at          timestamptz NOT NULL
);

CREATE TABLE departments (
  id         uuid PRIMARY KEY,
  code       text NOT NULL UNIQUE,
  name       text NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE staff (
  id            uuid PRIMARY KEY,
  email         text NOT NULL UNIQUE,
  name          text NOT NULL,
  role          text NOT NULL,
  department_id uuid REFERENCES departments(id),
  password_hash text NOT NULL,
  disabled_at   timestamptz,
  created_at    timestamptz NOT NULL
);

CREATE TABLE sessions (
  key        text PRIMARY KEY,
  staff_id   uuid NOT NULL REFERENCES staff(id),
  created_at timestamptz NOT NULL,
  seen_at    timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);

CREATE TABLE tickets (
  id            uuid PRIMARY KEY,
  code          text NOT NULL UNIQUE,
  state         text NOT NULL,
  outcome       text NOT NULL DEFAULT '',
  priority      text NOT NULL,
  category      text NOT NULL DEFAULT '',
  area_code     text NOT NULL DEFAULT '',
  lat           double precision,
  lon           double precision,
  address       text NOT NULL DEFAULT '',
  department_id uuid REFERENCES departments(id),
  assignee_id   uuid REFERENCES staff(id),
  promise_due   timestamptz,
  target_due    timestamptz,
  reports       integer NOT NULL DEFAULT 0,
  reopens       integer NOT NULL DEFAULT 0,
  hops          integer NOT NULL DEFAULT 0,
  last_seq      bigint NOT NULL DEFAULT 0,
  head_hash     text NOT NULL DEFAULT '',
  version       bigint NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL,
  updated_at    timestamptz NOT NULL,
  resolved_at   timestamptz,
  closed_at     timestamptz
);
CREATE INDEX tickets_open ON tickets (target_due, id) WHERE closed_at IS NULL;
CREATE INDEX tickets_department ON tickets (department_id, state);
CREATE INDEX tickets_created ON tickets (created_at, id);

CREATE TABLE drafts (
  id              uuid PRIMARY KEY,
  conversation_id uuid NOT NULL REFERENCES conversations(id),
  status          text NOT NULL,
  slots           text NOT NULL DEFAULT '{}',
  ticket_id       uuid REFERENCES tickets(id),
  wake_at         timestamptz,
  epoch           bigint NOT NULL DEFAULT 0,
  wakes           integer NOT NULL DEFAULT 0,
  created_at      timestamptz NOT NULL
);
CREATE UNIQUE INDEX drafts_one_open ON drafts (conversation_id) WHERE status = 'open';
CREATE INDEX drafts_wake ON drafts (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE reports (
  id              uuid PRIMARY KEY,
  ticket_id       uuid NOT NULL REFERENCES tickets(id),
  reporter_id     uuid NOT NULL REFERENCES reporters(id),
  conversation_id uuid REFERENCES conversations(id),
  channel         text NOT NULL,
  words           text NOT NULL DEFAULT '',
  words_salt      text NOT NULL DEFAULT '',
  lat             double precision,
  lon             double precision,
  address         text NOT NULL DEFAULT '',
  created_at      timestamptz NOT NULL
);
CREATE INDEX reports_ticket ON reports (ticket_id);
CREATE INDEX reports_reporter ON reports (reporter_id, created_at);

CREATE TABLE messages (
  id              uuid PRIMARY KEY,
  conversation_id uuid NOT NULL REFERENCES conversations(id),
  ticket_id       uuid REFERENCES tickets(id),
  inbox_id        uuid,
  direction       text NOT NULL,
  author          text NOT NULL,
  key             text NOT NULL,
  args            text NOT NULL DEFAULT '{}',
  buttons         text NOT NULL DEFAULT '[]',
  text            text NOT NULL DEFAULT '',
  lat             double precision,
  lon             double precision,
  external_id     text NOT NULL DEFAULT '',
  created_at      timestamptz NOT NULL
);
CREATE INDEX messages_conversation ON messages (conversation_id, id);
CREATE INDEX messages_ticket ON messages (ticket_id, id) WHERE ticket_id IS NOT NULL;

CREATE TABLE deliveries (
  id          uuid PRIMARY KEY,
  message_id  uuid NOT NULL REFERENCES messages(id),
  address_id  uuid NOT NULL REFERENCES reporter_addresses(id),
  step        integer NOT NULL,
  part        integer NOT NULL,
  status      text NOT NULL,
  attempts    integer NOT NULL DEFAULT 0,
  not_before  timestamptz NOT NULL,
  ambiguous   boolean NOT NULL DEFAULT false,
  platform_id text NOT NULL DEFAULT '',
  error_class text NOT NULL DEFAULT '',
  text        text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL,
  sent_at     timestamptz,
  UNIQUE (message_id, step, part)
);
CREATE INDEX deliveries_open ON deliveries (address_id, id) WHERE status IN ('queued', 'sending');

CREATE TABLE ticket_events (
  id         uuid PRIMARY KEY,
  ticket_id  uuid NOT NULL REFERENCES tickets(id),
  seq        bigint NOT NULL,
  verb       text NOT NULL,
  actor_kind text NOT NULL,
  actor_id   text NOT NULL,
  at         timestamptz NOT NULL,
  data       text NOT NULL,
  prev_hash  text NOT NULL,
  hash       text NOT NULL,
  UNIQUE (ticket_id, seq)
);
-- +goose StatementBegin
CREATE FUNCTION ticket_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ticket_events is append-only';
END $$;
-- +goose StatementEnd
CREATE TRIGGER ticket_events_no_change BEFORE UPDATE OR DELETE ON ticket_events
  FOR EACH ROW EXECUTE FUNCTION ticket_events_append_only();

CREATE TABLE feed (
  pos      bigint PRIMARY KEY,
  event_id uuid NOT NULL UNIQUE
);
CREATE TABLE feed_queue (
  event_id uuid PRIMARY KEY
);

CREATE TABLE clocks (
  id            uuid PRIMARY KEY,
  ticket_id     uuid NOT NULL REFERENCES tickets(id),
  kind          text NOT NULL,
  calendar      text NOT NULL,
  target_s      bigint NOT NULL,
  consumed_s    bigint NOT NULL DEFAULT 0,
  running_since timestamptz,
  due_at        timestamptz,
  state         text NOT NULL,
  version       bigint NOT NULL DEFAULT 0,
  UNIQUE (ticket_id, kind)
);

CREATE TABLE timers (
  id           uuid PRIMARY KEY,
  ticket_id    uuid NOT NULL REFERENCES tickets(id),
  kind         text NOT NULL,
  due_at       timestamptz NOT NULL,
  generation   bigint NOT NULL DEFAULT 0,
  fired_at     timestamptz,
  cancelled_at timestamptz,
  wake_at      timestamptz,
  epoch        bigint NOT NULL DEFAULT 0,
  wakes        integer NOT NULL DEFAULT 0,
  UNIQUE (ticket_id, kind)
);
CREATE INDEX timers_wake ON timers (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX inbox_events_wake ON inbox_events (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE idempotency_keys (
  key        text NOT NULL,
  owner      text NOT NULL,
  body_hash  text NOT NULL,
  status     integer NOT NULL DEFAULT 0,
  response   text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  PRIMARY KEY (owner, key)
);

CREATE TABLE day_seals (
  day       text PRIMARY KEY,
  heads     text NOT NULL,
  prev_seal text NOT NULL,
  seal      text NOT NULL
);

-- +goose Down
DROP TABLE day_seals, idempotency_keys, timers, clocks, feed_queue, feed, ticket_events, deliveries, messages,
  reports, drafts, tickets, sessions, staff, departments, conversations, reporter_addresses, reporters, inbox_events;
DROP FUNCTION ticket_events_append_only;
