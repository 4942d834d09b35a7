import { sql } from "drizzle-orm";
import { boolean, check, text, uuid } from "drizzle-orm/pg-core";
import { at, controlSchema, createdAt } from "./columns.ts";

/** One row: which control plane this is, so that targets can tell fencing tokens of two apart. */
export const identity = controlSchema.table(
  "identity",
  {
    only: boolean().primaryKey().default(true),
    id: uuid().notNull().defaultRandom(),
    /** Key of the digests of credentials, sealed by the master key: a copy of the tables alone verifies none. */
    sealedPepper: text(),
    createdAt: createdAt(),
    /** When row security was lifted for older replicas, see `lift_row_security`. */
    rowSecurityLiftedAt: at(),
  },
  (table) => [check("identity_is_one", sql`${table.only}`)],
);

/** Numbers of claims, growing over all units and restarts. */
export const fencingTokens = controlSchema.sequence("fencing_tokens");
