import { formatQualifiedName } from "@syncline/core";
import type { BulkTable } from "@syncline/engine";
import type { Client } from "pg";
import { quoteTable } from "../sql/quote.ts";
import { readInsertTriggers } from "./insert-triggers.ts";
import { orderLoads } from "./load-plan.ts";
import { sharedKeys } from "./shared-keys.ts";
import type { TargetTable } from "./target-table.ts";

/** Why the tables cannot be loaded by COPY by this role; inside a pinned transaction. */
export async function findObstacles(
  client: Client,
  tables: readonly TargetTable[],
  triggers: "auto" | "on" | "off",
): Promise<string[]> {
  const found = [...tables.flatMap((table) => ofTable(table)), ...(await sharedKeys(client, tables))];
  if (found.length > 0) return found;
  const oids = tables.map((table) => table.info.oid);
  const firing = await readInsertTriggers(client, oids);
  for (const { info, name, owned } of tables) {
    const own = firing.filter((trigger) => trigger.rootOid === info.oid);
    if (own.length === 0 || (triggers !== "on" && owned)) continue;
    const why = triggers === "on" ? "must fire" : "cannot be disabled by this role";
    found.push(`Triggers of "${name}" ${why}.`);
  }
  const copies = tables.map(({ table, info, name }) => ({
    load: placeholder(table),
    info,
    name,
    relation: quoteTable(table.spec.name),
    drops: false,
  }));
  const circular = (await orderLoads(client, copies)).inTheWay;
  for (const key of circular) {
    const child = tables.find((table) => table.info.oid === key.tableOid);
    if (child?.owned === false)
      found.push(
        `Foreign key "${key.name}" of "${child.name}" is part of a circle, and this role cannot drop it.`,
      );
  }
  return found;
}

function ofTable({ table, info, name, mayLoad }: TargetTable): string[] {
  const { kind } = table.spec;
  if (kind !== "table" && kind !== "partitioned") return [`"${name}" is a ${kind}.`];
  if (info.readable.rowsHidden) return [`A row-security policy hides rows of "${name}" from this role.`];
  if (!mayLoad) return [`This role may not insert into "${name}" and lock it.`];
  return [];
}

/** Order depends on the catalog alone. */
function placeholder(table: BulkTable) {
  return {
    table,
    columns: [],
    format: "text" as const,
    estimatedBytes: 0,
    slices: () => 1,
    read: () => {
      throw new RangeError(`nothing is read of ${formatQualifiedName(table.spec.name)}`);
    },
  };
}
