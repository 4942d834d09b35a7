-- What the shop's team prepared on staging for the spring season.
-- Tents become 5 % dearer, and three products leave the range.
UPDATE products SET price = round(price * 1.05, 2) WHERE category_id = 5 AND active;
UPDATE products SET active = false, tags = tags || '{discontinued}' WHERE sku IN ('SKU-00107', 'SKU-00733', 'SKU-01512');
UPDATE categories SET name = 'Sleeping Bags & Mats', slug = 'sleeping-bags-mats' WHERE id = 6;
UPDATE categories SET name = 'Base Layers', slug = 'base-layers' WHERE id = 15;

-- A new category with its products, on stock everywhere.
INSERT INTO categories (id, parent_id, name, slug, position) VALUES (19, 2, 'Trail Running', 'trail-running', 4);
INSERT INTO products (sku, category_id, name, price, weight_grams, tags, attributes, updated_at)
SELECT 'SKU-' || lpad((2500 + n)::text, 5, '0'), 19, 'Fell Runner ' || n, 89.90 + n * 10, 240 + n * 8, '{light,new}',
  jsonb_build_object('colour', 'rust', 'drop_mm', n), timestamptz '2026-03-02 09:30+00'
FROM generate_series(1, 8) AS n;
INSERT INTO inventory SELECT code, sku, 40, 10, date '2026-03-02' FROM warehouses, products WHERE category_id = 19;

-- Orders nobody paid for are cancelled, one shipment's payments are refunded.
UPDATE orders SET status = 'cancelled', note = 'Cancelled: payment did not arrive.' WHERE status = 'pending' AND id <= 300;
UPDATE payments SET status = 'refunded' WHERE status = 'captured' AND order_id BETWEEN 41000 AND 41039;

-- New customers from the fair, corrected postcodes, a stock count in Turin, reviews that were spam.
INSERT INTO customers
SELECT md5('fair ' || n)::uuid, 'fair' || n || '@example.com', 'Guest ' || n, NULL, 50, true, '{"language": "en"}', timestamptz '2026-03-01 10:00+00' + n * interval '9 minutes'
FROM generate_series(1, 25) AS n;
INSERT INTO addresses (customer_id, kind, street, city, postcode, country)
SELECT md5('fair ' || n)::uuid, 'shipping', 'Market Square ' || n, 'Bremen', '28195', 'DE' FROM generate_series(1, 25) AS n;
UPDATE addresses SET postcode = 'LS' || (id % 20 + 1) || ' 4DT' WHERE country = 'GB' AND id <= 126;
UPDATE inventory SET quantity = quantity + 3, counted_on = date '2026-03-01' WHERE warehouse_code = 'TRN' AND sku <= 'SKU-00060';
DELETE FROM reviews WHERE id % 1000 = 7;
