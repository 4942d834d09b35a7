/** Version of the ledger's layout, kept in `syncline.target`. */
export const LEDGER_VERSION = 2;

/** Greatest fencing token that was shown, a row for each domain. */
const FENCE = `CREATE TABLE IF NOT EXISTS syncline.fence (
  domain text PRIMARY KEY,
  token numeric(20) NOT NULL
)`;

/** What the next application does to a ledger of before, in its own transaction. */
export const LEDGER_UPGRADES: readonly { readonly to: number; readonly statements: readonly string[] }[] = [
  { to: 2, statements: [FENCE] },
];

/**
 * Each statement stands alone, so that a bootstrap that died half-way is completed by the next one. `fencing_token` is
 * of layout 1: those who know no other read it with the version and then say that they are too old.
 */
export const LEDGER_STATEMENTS: readonly string[] = [
  `CREATE SCHEMA IF NOT EXISTS syncline`,
  `CREATE TABLE IF NOT EXISTS syncline.target (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  ledger_version integer NOT NULL,
  fencing_token numeric(20) NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL DEFAULT pg_catalog.now()
)`,
  `INSERT INTO syncline.target (only_row, ledger_version) VALUES (true, ${LEDGER_VERSION}) ON CONFLICT DO NOTHING`,
  FENCE,
  `CREATE TABLE IF NOT EXISTS syncline.ledger (
  id uuid PRIMARY KEY,
  position bigint GENERATED ALWAYS AS IDENTITY,
  patch_id text NOT NULL,
  hash text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('apply', 'undo')),
  undoes uuid REFERENCES syncline.ledger,
  scope_schema text NOT NULL,
  tenant_column text,
  tenant_value text,
  applied_at timestamp with time zone NOT NULL,
  actor text,
  reason text,
  strategy text NOT NULL,
  header text NOT NULL,
  tables text NOT NULL,
  inserted bigint NOT NULL,
  updated bigint NOT NULL,
  deleted bigint NOT NULL,
  already_applied bigint NOT NULL,
  skipped bigint NOT NULL,
  undo_state text NOT NULL DEFAULT 'applied' CHECK (undo_state IN ('applied', 'partial', 'undone')),
  undone_by uuid,
  undone_at timestamp with time zone
)`,
  `CREATE INDEX IF NOT EXISTS ledger_patch_id ON syncline.ledger (patch_id)`,
  `CREATE TABLE IF NOT EXISTS syncline.patch_operation (
  ledger_id uuid NOT NULL,
  seq bigint NOT NULL,
  table_number integer NOT NULL,
  op text NOT NULL,
  columns integer[] NOT NULL,
  key text[] NOT NULL,
  old text[],
  new text[],
  cnt bigint NOT NULL,
  total bigint NOT NULL
)`,
  `CREATE INDEX IF NOT EXISTS patch_operation_ledger ON syncline.patch_operation (ledger_id, seq)`,
];

export const LEDGER_COMMENT = "Kept by Syncline: what was applied here and how to undo it.";
