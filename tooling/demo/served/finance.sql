CREATE TABLE accounts (number integer PRIMARY KEY, name text NOT NULL, kind text NOT NULL, closed boolean NOT NULL DEFAULT false);
INSERT INTO accounts SELECT 1000 + n * 10, 'Account ' || n, (ARRAY['asset','debt','income','cost'])[1 + n % 4] FROM generate_series(1, 60) AS n;
CREATE TABLE tax_rates (country character(2), valid_from date, rate numeric(5,2) NOT NULL, PRIMARY KEY (country, valid_from));
INSERT INTO tax_rates VALUES ('DE', '2021-01-01', 19), ('FR', '2014-01-01', 20), ('IT', '2013-10-01', 22), ('SE', '1990-07-01', 25), ('GB', '2011-01-04', 20);
CREATE TABLE postings (id bigint PRIMARY KEY, account integer NOT NULL REFERENCES accounts, amount numeric(12,2) NOT NULL, booked_on date NOT NULL, text text);
INSERT INTO postings SELECT n, 1010 + n % 60 * 10, (n * 37 % 90000) / 100.0, date '2026-01-01' + n % 80, 'Posting ' || n FROM generate_series(1, 4000) AS n;
