import type { BulkTableLoad } from "@syncline/engine";
import type { Client } from "pg";
import { orderedComponents } from "../write/strongly-connected.ts";
import type { CopyTable } from "./copy-table.ts";
import { type Definition, readForeignKeyDefinitions } from "./definitions.ts";

/** Below this size indexes cost less to keep than to make again. */
const LARGE_BYTES = 10 * 1024 * 1024;

export function isLarge(load: BulkTableLoad): boolean {
  return load.estimatedBytes >= LARGE_BYTES;
}

export interface LoadOrder {
  /** Referenced tables first. */
  readonly tables: readonly CopyTable[];
  /** Foreign keys that stand in the way: of tables that reference each other in a circle, and of large tables. */
  readonly inTheWay: readonly Definition[];
}

/** Under the pins. */
export async function orderLoads(client: Client, tables: readonly CopyTable[]): Promise<LoadOrder> {
  const oids = tables.map((table) => table.info.oid);
  const keys = await readForeignKeyDefinitions(client, oids, oids);
  const edges = keys.map((key) => [oids.indexOf(key.parentOid ?? 0), oids.indexOf(key.tableOid)] as const);
  const components = orderedComponents(tables.length, edges);
  const componentOf = new Map(components.flatMap((each, at) => each.map((index) => [oids[index] ?? 0, at])));
  const large = new Set(tables.filter((table) => table.drops).map((table) => table.info.oid));
  const isCircular = (key: Definition) =>
    key.tableOid !== key.parentOid && componentOf.get(key.tableOid) === componentOf.get(key.parentOid ?? 0);
  return {
    tables: components.flat().flatMap((index) => tables[index] ?? []),
    inTheWay: keys.filter(
      (key) => isCircular(key) || large.has(key.tableOid) || large.has(key.parentOid ?? 0),
    ),
  };
}
