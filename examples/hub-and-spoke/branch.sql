CREATE TABLE customers (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  city text,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE orders (
  id uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers,
  total numeric(10,2) NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
