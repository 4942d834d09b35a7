import { type SQL, sql } from "drizzle-orm";
import type { SealedColumn } from "./sealed-columns.ts";

/** As text; null where nothing is sealed. */
export function sealedValue({ column, json }: SealedColumn): SQL {
  const name = sql.identifier(column);
  return json === true
    ? sql`(CASE WHEN jsonb_typeof(${name}) = 'string' THEN ${name} #>> '{}' END)`
    : sql`${name}`;
}
