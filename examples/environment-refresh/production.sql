-- Rows of tenant acme in production.
INSERT INTO users
SELECT i, 'person' || i || '@acme-real.example', 'Real Person ' || i, '+44 20 7946 ' || 1000 + i, 'TAX-' || 90000 + i,
  decode('ffd8ff' || lpad(to_hex(i), 6, '0'), 'hex'), CASE WHEN i % 3 = 0 THEN 'pro' ELSE 'free' END
FROM generate_series(1, 60) i;
INSERT INTO logins
SELECT email, 'argon2id$realsecret' || id, timestamptz '2026-01-01' + id * interval '1 hour' FROM users;
INSERT INTO invoices
SELECT i, 1 + i % 60, 'Real Customer ' || i, i * 1.25, CASE WHEN i % 2 = 0 THEN 'call real person ' || i END
FROM generate_series(1, 200) i;
