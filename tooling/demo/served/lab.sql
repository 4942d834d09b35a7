-- A tenant with the rows that are hard to show: its own schema in both databases. lab-edits.sql makes staging differ.
CREATE SCHEMA lab;
SET search_path = lab;

CREATE TABLE messages (
  id integer PRIMARY KEY,
  author text,
  subject text,
  body text,
  payload jsonb,
  tags text[],
  amount numeric,
  seen_at timestamptz
);
INSERT INTO messages
SELECT n, 'Writer ' || n % 12, 'Subject ' || n, 'Line one of ' || n || E'.\nLine two.',
  jsonb_build_object('n', n, 'flags', jsonb_build_array('a', 'b'), 'reader', jsonb_build_object('language', 'en', 'beta', false)),
  ARRAY['inbox', 'n' || n % 7], n * 1.10, timestamptz '2026-02-01 08:00+00' + n * interval '11 minutes'
FROM generate_series(1, 400) AS n;

CREATE TABLE documents (id integer PRIMARY KEY, title text NOT NULL, content text NOT NULL);
INSERT INTO documents
SELECT n, 'Document ' || n, (SELECT string_agg('Paragraph ' || line || ' of document ' || n || ', which nobody reads to its end.', E'\n') FROM generate_series(1, 120 * n) AS line)
FROM generate_series(1, 8) AS n;
INSERT INTO documents VALUES (9, 'Two megabytes', repeat('0123456789abcdef', 131072));

CREATE TABLE readings (
  sensor text NOT NULL, taken_at timestamptz NOT NULL, celsius double precision, humidity numeric(8,4), quality real,
  PRIMARY KEY (sensor, taken_at)
);
INSERT INTO readings
SELECT 'S' || n % 5, timestamptz '2026-03-01 00:00+00' + n * interval '15 minutes', 18 + sin(n / 9.0) * 6, 40 + n % 35 + 0.1234, 0.9
FROM generate_series(1, 600) AS n;

CREATE TABLE events (kind text NOT NULL, note text); -- without a key: equal rows are counted
INSERT INTO events SELECT (ARRAY['login', 'logout', 'retry'])[1 + n % 3], 'Note ' || n % 20 FROM generate_series(1, 300) AS n;

CREATE TABLE flags (name text PRIMARY KEY, enabled boolean NOT NULL);
INSERT INTO flags VALUES ('new-checkout', false), ('dark-mode', true), ('beta-search', false);

CREATE TABLE countries (code character(2) PRIMARY KEY, name text NOT NULL);
INSERT INTO countries VALUES ('DE', 'Germany'), ('FR', 'France'), ('GB', 'United Kingdom'), ('IT', 'Italy'), ('SE', 'Sweden');

CREATE TABLE moved_columns (id integer PRIMARY KEY, value text);
INSERT INTO moved_columns SELECT n, 'value ' || n FROM generate_series(1, 20) AS n;

CREATE TABLE "<b>odd</b> ""name""" (id integer PRIMARY KEY, "<img src=x onerror=alert(1)>" text, "with space" text);
INSERT INTO "<b>odd</b> ""name""" SELECT n, 'plain ' || n, 'as it was' FROM generate_series(1, 6) AS n;

DO $$ BEGIN
  EXECUTE 'CREATE TABLE wide (id integer PRIMARY KEY, ' || (SELECT string_agg('c' || lpad(n::text, 3, '0') || ' text', ', ' ORDER BY n) FROM generate_series(1, 299) AS n) || ')';
  EXECUTE 'INSERT INTO wide SELECT id, ' || (SELECT string_agg('''' || n || '/'' || id', ', ' ORDER BY n) FROM generate_series(1, 299) AS n) || ' FROM generate_series(1, 60) AS id';
END $$;
