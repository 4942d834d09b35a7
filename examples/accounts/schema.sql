CREATE TABLE groups (
  id int PRIMARY KEY,
  name text NOT NULL UNIQUE,
  description text
);
CREATE TABLE users (
  id uuid PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name text NOT NULL,
  password_hash text NOT NULL,
  mfa_secret text,
  locale text DEFAULT 'en',
  invited_by uuid REFERENCES users,
  last_login timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE identities (
  provider text,
  subject text,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  email text,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (provider, subject)
);
CREATE INDEX ON identities (user_id);
CREATE TABLE sessions (
  token text PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  expires_at timestamptz NOT NULL
);
CREATE INDEX ON sessions (user_id);
CREATE TABLE user_groups (
  user_id uuid REFERENCES users ON DELETE CASCADE,
  group_id int REFERENCES groups,
  role text NOT NULL DEFAULT 'member',
  PRIMARY KEY (user_id, group_id)
);
CREATE INDEX ON user_groups (group_id);
