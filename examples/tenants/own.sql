-- The same tables for one customer alone, in the schema that the search_path names.
CREATE TABLE customers (
  id integer PRIMARY KEY,
  email text NOT NULL UNIQUE,
  credit numeric(12, 2) NOT NULL DEFAULT 0
);
CREATE TABLE orders (
  id integer PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES customers,
  lines jsonb NOT NULL,
  placed_at timestamptz NOT NULL
);
