/** Two large tables and a small one that reference each other, with everything that can be dropped on them. */
export const LARGE_SHAPE = `CREATE TABLE region (id int PRIMARY KEY, name text UNIQUE);
  CREATE TABLE customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, region int NOT NULL REFERENCES region, email text NOT NULL, note text,
    CONSTRAINT customer_email UNIQUE (email) DEFERRABLE INITIALLY DEFERRED);
  CREATE INDEX customer_note ON customer (lower(note)) WHERE note IS NOT NULL;
  CREATE TABLE purchase (id serial PRIMARY KEY, customer bigint NOT NULL REFERENCES customer ON DELETE CASCADE, amount numeric(10,2) NOT NULL CHECK (amount >= 0),
    span int4range, EXCLUDE USING gist (span WITH &&) WHERE (id < 0));
  CREATE INDEX purchase_amount ON purchase USING brin (amount) WITH (pages_per_range = 8);
  CREATE TABLE favourite (customer bigint PRIMARY KEY REFERENCES customer, purchase int REFERENCES purchase);
  COMMENT ON INDEX customer_note IS 'it''s for search'; COMMENT ON CONSTRAINT customer_email ON customer IS 'one each'`;

export const LARGE_ROWS = `INSERT INTO region SELECT n, 'r' || n FROM generate_series(1, 20) n;
  INSERT INTO customer (region, email, note) SELECT 1 + n % 20, n || '@x', repeat('n', n % 90) FROM generate_series(1, 20000) n;
  INSERT INTO purchase (customer, amount, span) SELECT 1 + n % 20000, n / 100.0, int4range(n, n + 1) FROM generate_series(1, 40000) n;
  INSERT INTO favourite SELECT n, n FROM generate_series(1, 2000) n; ANALYZE`;

export const LARGE_TABLES = ["region", "customer", "purchase", "favourite"];
