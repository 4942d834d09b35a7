-- Made on the server and the same on every run: nothing random, no clock.
CREATE FUNCTION pick(words text[], n bigint) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN words[1 + (n % cardinality(words))];

CREATE FUNCTION customer_id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
  RETURN md5('customer ' || n)::uuid;

INSERT INTO categories (id, parent_id, name, slug, position) VALUES
  (1, NULL, 'Camping', 'camping', 1), (2, NULL, 'Hiking', 'hiking', 2), (3, NULL, 'Climbing', 'climbing', 3),
  (4, NULL, 'Clothing', 'clothing', 4), (5, 1, 'Tents', 'tents', 1), (6, 1, 'Sleeping Bags', 'sleeping-bags', 2),
  (7, 1, 'Stoves', 'stoves', 3), (8, 2, 'Backpacks', 'backpacks', 1), (9, 2, 'Boots', 'boots', 2),
  (10, 2, 'Trekking Poles', 'trekking-poles', 3), (11, 3, 'Ropes', 'ropes', 1), (12, 3, 'Harnesses', 'harnesses', 2),
  (13, 3, 'Helmets', 'helmets', 3), (14, 4, 'Jackets', 'jackets', 1), (15, 4, 'Base Layers', 'base-layer', 2),
  (16, 4, 'Gloves', 'gloves', 3), (17, 5, 'Family Tents', 'family-tents', 1), (18, 5, 'Ultralight Tents', 'ultralight-tents', 2);

INSERT INTO warehouses VALUES
  ('BER', 'Berlin', '06:00'), ('LYS', 'Lyon', '05:30'), ('MAN', 'Manchester', '07:00'), ('GOT', 'Gothenburg', '06:30'), ('TRN', 'Turin', '06:00');

INSERT INTO products
SELECT
  'SKU-' || lpad(n::text, 5, '0'), 5 + n % 14,
  pick('{Alpine,Ridge,Summit,Valley,Glacier,Forest,Canyon,Tundra,Coast,Meadow}', n) || ' '
    || pick('{Explorer,Nomad,Pioneer,Ranger,Drifter,Scout,Wanderer}', n / 10) || ' ' || (100 + n % 900),
  round(9.90 + (n * 37 % 4900) / 10.0, 2), 80 + n * 13 % 4200,
  ARRAY[pick('{light,sturdy,classic,new}', n), pick('{summer,winter,all-season}', n / 3)],
  jsonb_build_object('colour', pick('{moss,slate,rust,sand,night}', n), 'warranty_years', 1 + n % 5, 'recycled', n % 3 = 0),
  decode(md5('thumbnail ' || n) || md5('pixels ' || n), 'hex'), n % 40 <> 0,
  timestamptz '2026-01-05 08:00+00' + n * interval '7 minutes'
FROM generate_series(1, 2500) AS n;

INSERT INTO price_periods
SELECT sku, daterange(day, (day + interval '1 year')::date), round(price * (0.9 + year * 0.05), 2)
FROM products, generate_series(0, 1) AS year, LATERAL (SELECT (date '2025-01-01' + year * interval '1 year')::date AS day) AS d;

INSERT INTO inventory
SELECT code, sku, (ascii(code) * 31 + row_number() OVER (ORDER BY code, sku)) % 240, 5 + ascii(code) % 10, date '2026-02-01'
FROM warehouses, products;

INSERT INTO customers
SELECT
  customer_id(n),
  lower(first) || '.' || lower(last) || n || '@example.com', first || ' ' || last,
  CASE WHEN n % 4 > 0 THEN '+44 20 7946 ' || lpad((n * 17 % 10000)::text, 4, '0') END,
  n * 7 % 3000, n % 3 = 0,
  jsonb_build_object('language', pick('{en,de,fr,sv,it}', n), 'sizes', jsonb_build_array(36 + n % 12, pick('{S,M,L,XL}', n))),
  timestamptz '2023-01-01 00:00+00' + n * interval '53 minutes 11 seconds'
FROM generate_series(1, 25000) AS n,
  LATERAL (SELECT pick('{Ada,Ben,Clara,David,Elif,Finn,Greta,Hugo,Ines,Jonas,Karin,Liam,Maya,Noah,Olga,Paul}', n) AS first,
    pick('{Adler,Brook,Carver,Dahl,Eriksen,Fischer,Garcia,Hansen,Ito,Jensen,Keller}', n / 3) AS last) AS name;

INSERT INTO addresses (customer_id, kind, street, city, postcode, country)
SELECT
  customer_id(1 + (n - 1) % 25000), CASE WHEN n > 25000 THEN 'billing'::address_kind ELSE 'shipping' END,
  pick('{Station Road,Mill Lane,Harbour Street,Orchard Way,Hill Rise}', n) || ' ' || (1 + n % 180),
  pick('{Leeds,Bremen,Nantes,Malmö,Torino,Gdańsk,Cork}', n), lpad((10000 + n * 29 % 89999)::text, 5, '0'),
  pick('{GB,DE,FR,SE,IT,PL,IE}', n)
FROM generate_series(1, 32000) AS n;

INSERT INTO orders (number, customer_id, address_id, status, placed_at, delivery_estimate, note)
SELECT
  'R' || (2026000000 + n), customer_id(1 + c), 1 + c,
  (ARRAY['delivered','delivered','delivered','shipped','packed','paid','pending','cancelled'])[1 + (n * 5 + n / 8) % 8]::order_status,
  timestamptz '2025-06-01 06:00+00' + n * interval '6 minutes 13 seconds',
  make_interval(days => (2 + n % 6)::int), CASE WHEN n % 50 = 0 THEN 'Please leave the parcel with a neighbour.' END
FROM generate_series(1, 55000) AS n, LATERAL (SELECT n * 7919 % 25000 AS c) AS of_customer;

INSERT INTO order_items (order_id, line, sku, quantity, unit_price)
SELECT o.id, line, p.sku, 1 + (o.id + line) % 3, p.price
FROM orders o, generate_series(1, 1 + (o.id % 3)) AS line,
  LATERAL (SELECT 'SKU-' || lpad((1 + (o.id * 31 + line * 997) % 2500)::text, 5, '0') AS sku) AS chosen
  JOIN products p ON p.sku = chosen.sku;

INSERT INTO payments
SELECT
  md5('payment ' || o.id)::uuid, o.id, (ARRAY['card','card','invoice','voucher'])[1 + o.id % 4]::payment_method,
  CASE WHEN o.status = 'cancelled' THEN 'refunded' WHEN o.status = 'paid' THEN 'authorised' ELSE 'captured' END::payment_status,
  i.total, o.placed_at + interval '4 minutes'
FROM orders o JOIN (SELECT order_id, sum(total) AS total FROM order_items GROUP BY order_id) AS i ON i.order_id = o.id
WHERE o.status <> 'pending';

INSERT INTO reviews (sku, customer_id, rating, title, body, helpful_ratio, written_at)
SELECT
  'SKU-' || lpad((1 + n * 13 % 2500)::text, 5, '0'), customer_id(1 + n * 17 % 25000), 1 + n * 3 % 5,
  pick('{Does what it should,Better than expected,Returned it,My favourite,Too heavy,Great value}', n),
  CASE WHEN n % 5 > 0 THEN 'Used it for ' || (1 + n % 30) || ' days. ' || pick('{Kept me dry.,Zip broke.,Would buy again.,Runs small.}', n) END,
  (n % 97) / 97.0, timestamptz '2025-07-01 12:00+00' + n * interval '23 minutes'
FROM generate_series(1, 14000) AS n;

DROP FUNCTION pick(text[], bigint);
DROP FUNCTION customer_id(bigint);
