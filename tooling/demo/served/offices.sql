-- Two offices that both take customers, and what both agreed on last.
DO $$
DECLARE place text;
BEGIN
  FOREACH place IN ARRAY '{berlin,paris,agreed}'::text[] LOOP
    EXECUTE format('CREATE SCHEMA %I', place);
    EXECUTE format('CREATE TABLE %I.customers (id integer PRIMARY KEY, name text NOT NULL, city text NOT NULL, phone text, discount numeric(4,1) NOT NULL DEFAULT 0, updated_at timestamptz NOT NULL)', place);
    EXECUTE format('CREATE TABLE %I.visits (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES %I.customers, day date NOT NULL, topic text)', place, place);
    CONTINUE WHEN place = 'paris';
    EXECUTE format('INSERT INTO %I.customers SELECT n, ''Customer '' || n, (ARRAY[''Berlin'',''Paris'',''Lyon'',''Bremen''])[1 + n %% 4], ''+49 30 '' || 100000 + n, n %% 5, timestamptz ''2026-01-01 09:00+00'' FROM generate_series(1, 240) AS n', place);
    EXECUTE format('INSERT INTO %I.visits SELECT n, 1 + n %% 240, date ''2026-01-05'' + n %% 60, ''Topic '' || n %% 9 FROM generate_series(1, 700) AS n', place);
  END LOOP;
END $$;
