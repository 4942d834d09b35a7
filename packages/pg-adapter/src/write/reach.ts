import { CodedError } from "@syncline/core";
import type { Client } from "pg";
import { addCascadedRows } from "./cascades.ts";
import { affectedRows, type Effect, firing, updateGroups } from "./effects.ts";
import { type ForeignKey, type ReferentialAction, readForeignKeys } from "./foreign-keys.ts";
import type { OpenedTransaction } from "./pg-patch-transaction.ts";
import type { StagedTable } from "./staged-table.ts";

const ACTS: ReadonlySet<ReferentialAction> = new Set(["cascade", "set null", "set default"]);

interface Finding {
  readonly effect: Effect;
  readonly rows: number;
}

/**
 * Finds rows that foreign key actions would change although no operation names them. They are refused, or with
 * `includeCascades` become operations themselves, and what those reach too. Resolves with all foreign keys in play.
 */
export async function settleReach(opened: OpenedTransaction): Promise<ForeignKey[]> {
  const { session, tables, request } = opened;
  for (;;) {
    const keys = await readForeignKeys(
      session.client,
      tables.map((table) => table.info.oid),
    );
    const findings = await findEffects(session.client, keys, tables);
    if (findings.length === 0) return keys;
    if (!request.options.includeCascades) throw refused(findings);
    for (const { effect } of findings) await addCascadedRows(opened, effect);
  }
}

async function findEffects(
  client: Client,
  keys: readonly ForeignKey[],
  tables: readonly StagedTable[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const effect of keys.flatMap((key) => effectsOf(key, tables))) {
    await holdParents(client, effect);
    const { rows } = await client.query<{ count: string }>(
      `SELECT pg_catalog.count(*) AS count FROM ${affectedRows(effect, tables)}`,
    );
    const count = Number(rows[0]?.count);
    if (count > 0) findings.push({ effect, rows: count });
  }
  return findings;
}

function effectsOf(key: ForeignKey, tables: readonly StagedTable[]): Effect[] {
  return tables.flatMap((parent) => {
    if (parent.info.oid !== key.parentOid) return [];
    const { staged } = parent;
    const deletes = staged.d + staged.D > 0 && ACTS.has(key.onDelete);
    const updates = updateGroups(parent, key.parentColumns).length > 0 && ACTS.has(key.onUpdate);
    return [
      ...(deletes ? [{ key, parent, on: "delete", action: key.onDelete } as const] : []),
      ...(updates ? [{ key, parent, on: "update", action: key.onUpdate } as const] : []),
    ];
  });
}

/** Without this a row that is attached between this look and the write would go unnoticed. */
async function holdParents(client: Client, effect: Effect): Promise<void> {
  const { rows } = await client.query<{ may: string }>(
    "SELECT pg_catalog.has_any_column_privilege($1::pg_catalog.oid, 'UPDATE') AS may",
    [effect.parent.info.oid],
  );
  if (rows[0]?.may !== "t") return;
  await client.query(
    `SELECT pg_catalog.count(*) FROM (SELECT 1 FROM ${firing(effect)} FOR UPDATE OF p) held`,
  );
}

function refused(findings: readonly Finding[]): CodedError {
  const lines = findings.map(
    ({ effect: { key, on, action }, rows }) =>
      `${rows} row${rows === 1 ? "" : "s"} of "${key.childName}" by constraint "${key.name}" (ON ${on.toUpperCase()} ${action.toUpperCase()})`,
  );
  return new CodedError(
    "reach.refused",
    `The patch would also change rows that it does not name: ${lines.join("; ")}.`,
    {
      hint: "Compare with these tables too, or take the rows along with --include-cascades.",
      details: {
        constraints: findings.map(({ effect, rows }) => ({
          constraint: effect.key.name,
          table: effect.key.childName,
          rows,
        })),
      },
    },
  );
}
