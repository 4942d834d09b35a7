-- One table for all tenants, told apart by a column.
CREATE TABLE subscriptions (tenant_id text NOT NULL, id integer NOT NULL, plan text NOT NULL, seats integer NOT NULL, renews_on date, PRIMARY KEY (tenant_id, id));
INSERT INTO subscriptions
SELECT tenant, n, (ARRAY['free','team','business'])[1 + n % 3], 1 + n * 7 % 50, date '2026-04-01' + n
FROM unnest('{acme,globex,initech,umbrella}'::text[]) AS tenant, generate_series(1, 30) AS n;
UPDATE subscriptions SET seats = seats + 5 WHERE tenant_id = 'globex' AND id <= 6;
