-- {N} tickets of five and a half years until {NOW}, for million_test.go, which makes bench_words (rank, word) and
-- bench_types (rank, type, words) before. The parts behind the first are done at once. Triggers and foreign keys are off,
-- indexes are made afterwards.
SELECT setseed(0.5);
CREATE TABLE bench_index AS
  SELECT i.tablename, i.indexdef, i.indexname FROM pg_indexes i
  WHERE i.tablename IN ('tickets', 'reports', 'messages', 'deliveries')
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname);
DO $$ DECLARE i record; BEGIN
  FOR i IN SELECT * FROM bench_index LOOP EXECUTE 'DROP INDEX ' || quote_ident(i.indexname); END LOOP;
END $$;
CREATE FUNCTION bench_rebuild(VARIADIC tables text[]) RETURNS void LANGUAGE plpgsql AS $$ DECLARE i record; BEGIN
  FOR i IN SELECT * FROM bench_index WHERE tablename = ANY(tables) LOOP EXECUTE i.indexdef; END LOOP;
END $$;

-- seven words each; the r-th most frequent one is r times as rare as the first
CREATE UNLOGGED TABLE bench_phrase AS
  SELECT p, string_agg(w.word, ' ') AS words
  FROM (SELECT p, exp(random() * ln((SELECT count(*) FROM bench_words)))::int AS rank
    FROM generate_series(0, 19999) p, generate_series(1, 7)) drawn
  JOIN bench_words w USING (rank) GROUP BY p;
CREATE UNLOGGED TABLE bench_department AS
  SELECT id, row_number() OVER (ORDER BY code) AS rank FROM departments WHERE code <> 'hotline' ORDER BY code LIMIT 13;
ANALYZE bench_words, bench_types, bench_phrase, bench_department;

CREATE UNLOGGED TABLE bench_ticket AS
  SELECT n, at, type, area, reporter,
    (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' ||
      lpad(to_hex(n), 15, '0'))::uuid AS id,
    ('10000000-0000-7000-8000-' || lpad(to_hex(reporter), 12, '0'))::uuid AS person,
    house || CASE WHEN n % 2 = 0 THEN ' duong ' ELSE ' hem ' END || split_part(b.words, ' ', 1) AS place,
    a.words || ' ' || t.words || ' ' || b.words || ' can' || n % 50000 AS said,
    CASE WHEN n % 200 > 0 THEN d.id END AS department_id,
    CASE WHEN age < 20 AND fate < 0.6 OR fate < 0.003 THEN
        CASE WHEN n % 200 = 0 THEN 'new' ELSE (ARRAY['assigned', 'in_progress', 'waiting', 'assigned'])[1 + n % 4] END
      WHEN age < 14 OR fate < 0.005 THEN 'resolved' WHEN fate < 0.03 THEN 'rejected' WHEN fate < 0.05 THEN 'merged'
      ELSE 'closed' END AS state
  FROM (SELECT n, at, extract(epoch FROM timestamptz '{NOW}' - at) / 86400 AS age, random() AS fate,
      exp(random() * ln(13))::int AS department_rank, exp(random() * ln((SELECT count(*) FROM bench_types)))::int AS type_rank,
      26734 + (random() * 167)::int * 3 AS area, (random() * 99999)::int AS reporter, (random() * 19999)::int AS pa,
      (random() * 19999)::int AS pb, (random() * 1999)::int AS house
    FROM (SELECT n, timestamptz '{NOW}' - interval '2000 days' * (1 - n / {N}.0) AS at FROM generate_series(1, {N}) n) made) drawn
  JOIN bench_types t ON t.rank = type_rank JOIN bench_department d ON d.rank = department_rank
  JOIN bench_phrase a ON a.p = pa JOIN bench_phrase b ON b.p = pb;
-- part
INSERT INTO reporters (id, created_at) SELECT ('10000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '{NOW}'
  FROM generate_series(0, 99999) n;
-- one in five has called, the others write
INSERT INTO reporter_addresses (id, reporter_id, channel, account, external_id, created_at)
  SELECT id, id, CASE WHEN n % 5 = 0 THEN 'phone' ELSE 'telegram' END, CASE WHEN n % 5 = 0 THEN 'hotline' ELSE '42' END,
    CASE WHEN n % 5 = 0 THEN '03' || lpad(n::text, 8, '0') ELSE n::text END, '{NOW}'
  FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM reporters) r;
INSERT INTO conversations (id, address_id, reporter_id, channel, language, last_interaction_at, created_at)
  SELECT id, id, id, channel, 'vi', '{NOW}', '{NOW}' FROM reporter_addresses;
INSERT INTO tickets (id, code, state, priority, category, area_code, lat, lon, address, search, department_id, target_due,
    promise_due, reports, reopens, said, external_refs, last_seq, version, created_at, updated_at, resolved_at, closed_at, why,
    confidence)
  SELECT id, lpad(n::text, 9, '0'), state, 'normal', type, area::text, 10.6 + random() * 0.4, 106.5 + random() * 0.4, place,
    place, department_id, at + interval '5 days', at + interval '5 days', 1, (n % 50 = 0)::int, said,
    CASE WHEN n % 10 = 0 THEN '1022-' || n ELSE '' END, 1, 1, at, at + interval '3 days',
    CASE WHEN state IN ('resolved', 'closed') THEN at + interval '3 days' END,
    CASE WHEN state IN ('closed', 'rejected', 'merged') THEN at + interval '10 days' END, 'rule', 0.9
  FROM bench_ticket ORDER BY n;
INSERT INTO reports (id, ticket_id, reporter_id, conversation_id, channel, words, words_salt, created_at, search, phone)
  SELECT id, id, person, person, 'telegram', said, 'salt', at, said,
    CASE WHEN reporter % 5 = 1 THEN '09' || lpad(n::text, 8, '0') ELSE '' END
  FROM bench_ticket ORDER BY n;
SELECT bench_rebuild('tickets', 'reports');
-- part
-- what the resident wrote, our receipt, and how far it came
INSERT INTO messages (id, conversation_id, ticket_id, direction, author, key, text, created_at)
  SELECT id, person, id, 'in', 'resident', '', said, at FROM bench_ticket ORDER BY n;
INSERT INTO messages (id, conversation_id, ticket_id, direction, author, key, created_at)
  SELECT overlay(id::text placing 'f' from 1)::uuid, person, id, 'out', 'bot', 'receipt', at FROM bench_ticket ORDER BY n;
INSERT INTO deliveries (id, message_id, address_id, step, part, status, attempts, not_before, platform_id, text, created_at,
    sent_at)
  SELECT id, overlay(id::text placing 'f' from 1)::uuid, person, 0, 0, 'sent', 1, at, 'm' || n, 'Da nhan phan anh', at, at
  FROM bench_ticket ORDER BY n;
SELECT bench_rebuild('messages', 'deliveries');
INSERT INTO ticket_events (id, ticket_id, seq, verb, actor_kind, actor_id, at, data, prev_hash, hash)
  SELECT id, id, 1, 'submit', 'system', '', at, '{"set":{"state":"assigned"}}', '', md5(n::text) FROM bench_ticket ORDER BY n;
INSERT INTO clocks (id, ticket_id, kind, calendar, target_s, due_at, running_since, state)
  SELECT id, id, 'resolve', 'hcmc', 144000, at + interval '5 days', at, 'running' FROM bench_ticket
  WHERE state IN ('new', 'assigned', 'in_progress', 'waiting');
