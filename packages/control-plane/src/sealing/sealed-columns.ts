import type { SealBinding } from "./sealer.ts";

type Row = Readonly<Record<string, string>>;

/** A column that holds what the master key seals. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The value is a JSON string. */
  readonly json?: true;
  /** Early rows hold it as it is, and are sealed when they are met. */
  readonly mayBePlain?: true;
  /** Columns that name a row. */
  readonly key: readonly string[];
  readonly binding: (row: Row) => SealBinding;
}

const byId =
  (purpose: string) =>
  ({ id = "", organization_id: organizationId = "" }: Row): SealBinding => ({
    purpose,
    organizationId,
    rowId: id,
  });
const OWNED = ["id", "organization_id"] as const;

/** Every one of them; a test looks for sealed values in all columns of all tables. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    table: "identity",
    column: "sealed_pepper",
    key: ["id"],
    binding: ({ id = "" }) => ({ purpose: "pepper", organizationId: "", rowId: id }),
  },
  { table: "servers", column: "sealed_url", key: OWNED, binding: byId("server.url") },
  { table: "webhooks", column: "sealed_secret", key: OWNED, binding: byId("webhook.secret") },
  { table: "webhooks", column: "url", key: OWNED, mayBePlain: true, binding: byId("webhook.url") },
  { table: "signing_keys", column: "sealed_private_key", key: OWNED, binding: byId("signing_key.private") },
  {
    table: "idempotency_keys",
    column: "response",
    json: true,
    key: ["organization_id", "key"],
    binding: ({ organization_id: organizationId = "", key = "" }) => ({
      purpose: "idempotency.response",
      organizationId,
      rowId: key,
    }),
  },
  {
    table: "oidc_sign_ins",
    column: "sealed",
    key: ["state"],
    binding: ({ state = "" }) => ({ purpose: "oidc.sign_in", organizationId: "", rowId: state }),
  },
];
