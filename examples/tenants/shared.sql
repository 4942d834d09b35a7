-- Shared tables: every key holds the tenant, so that two customers can have an order number 1 each.
CREATE SCHEMA app;
CREATE TABLE app.customers (
  tenant_id text NOT NULL,
  id integer NOT NULL,
  email text NOT NULL,
  credit numeric(12, 2) NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, email)
);
CREATE TABLE app.orders (
  tenant_id text NOT NULL,
  id integer NOT NULL,
  customer_id integer NOT NULL,
  lines jsonb NOT NULL,
  placed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES app.customers (tenant_id, id)
);
INSERT INTO app.customers
SELECT t, i, 'c' || i || '@' || t || '.example', i * 1.5 FROM unnest(ARRAY['acme', 'globex']) t, generate_series(1, 40) i;
INSERT INTO app.orders
SELECT t, i, 1 + i % 40, jsonb_build_array(jsonb_build_object('sku', 'A' || i, 'qty', i % 5)), timestamptz '2026-01-01' + i * interval '1 hour'
FROM unnest(ARRAY['acme', 'globex']) t, generate_series(1, 120) i;
