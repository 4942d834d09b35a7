ALTER TABLE customers ADD UNIQUE (email);
ALTER TABLE addresses ADD FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE categories ADD UNIQUE (slug), ADD FOREIGN KEY (parent_id) REFERENCES categories;
ALTER TABLE products ADD FOREIGN KEY (category_id) REFERENCES categories;
ALTER TABLE price_periods ADD FOREIGN KEY (sku) REFERENCES products;
ALTER TABLE inventory ADD FOREIGN KEY (warehouse_code) REFERENCES warehouses, ADD FOREIGN KEY (sku) REFERENCES products;
ALTER TABLE orders ADD UNIQUE (number), ADD FOREIGN KEY (customer_id) REFERENCES customers, ADD FOREIGN KEY (address_id) REFERENCES addresses;
ALTER TABLE order_items ADD FOREIGN KEY (order_id) REFERENCES orders, ADD FOREIGN KEY (sku) REFERENCES products;
ALTER TABLE payments ADD FOREIGN KEY (order_id) REFERENCES orders;
ALTER TABLE reviews ADD FOREIGN KEY (sku) REFERENCES products, ADD FOREIGN KEY (customer_id) REFERENCES customers;

CREATE INDEX ON addresses (customer_id);
CREATE INDEX ON order_items (sku);
CREATE INDEX ON payments (order_id);
CREATE INDEX ON reviews (sku);

-- As most shops have it: the database stamps changed products by itself.
CREATE FUNCTION stamp_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END $$;
CREATE TRIGGER stamp_update BEFORE UPDATE ON products FOR EACH ROW EXECUTE FUNCTION stamp_update();

ANALYZE;
