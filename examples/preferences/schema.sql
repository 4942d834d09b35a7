CREATE TABLE preferences (
  user_name text NOT NULL,
  app text NOT NULL,
  theme text,
  language text,
  shortcuts jsonb,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_name, app)
);
INSERT INTO preferences VALUES
  ('ada', 'mail', 'light', 'en', '{"send": "ctrl+enter"}', '2026-01-01'),
  ('ada', 'calendar', 'light', 'en', NULL, '2026-01-01'),
  ('ben', 'mail', 'dark', 'de', '{}', '2026-01-01'),
  ('eva', 'mail', 'light', 'fr', NULL, '2026-01-01');
