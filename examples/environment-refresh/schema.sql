-- The tables of one tenant. The search_path names its schema.
CREATE TABLE users (
  id integer PRIMARY KEY,
  email text NOT NULL UNIQUE,
  full_name text NOT NULL,
  phone varchar(24),
  tax_id text UNIQUE,
  avatar bytea,
  plan text NOT NULL DEFAULT 'free'
);
CREATE TABLE logins (
  email text PRIMARY KEY REFERENCES users (email),
  password_hash text NOT NULL,
  last_login timestamptz
);
CREATE TABLE invoices (
  id integer PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users,
  billed_to text NOT NULL,
  amount numeric(12, 2) NOT NULL,
  note text
);
