import { CodedError } from "@syncline/core";
import type { Client } from "pg";
import { quoteIdentifier } from "../sql/quote.ts";
import { addCascadedRows } from "./cascades.ts";
import { type ForeignKey, type ReferentialAction, readForeignKeys } from "./foreign-keys.ts";
import type { OpenedTransaction } from "./pg-patch-transaction.ts";
import { STAGED, STATE, type StagedTable } from "./staged-table.ts";
import { isOp, isState, pendingOf } from "./write-statements.ts";

const ACTS: ReadonlySet<ReferentialAction> = new Set(["cascade", "set null", "set default"]);

/** One foreign key that would change rows of `child` because the patch deletes or updates rows of `parent`. */
export interface Effect {
  readonly key: ForeignKey;
  readonly parent: StagedTable;
  readonly on: "delete" | "update";
  readonly action: ReferentialAction;
}

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

function updateGroups(table: StagedTable, columns: readonly string[]): number[] {
  return table.groups.flatMap((_, group) =>
    table.groupColumns(group).some((column) => columns.includes(column.spec.name)) ? [group] : [],
  );
}

/** Operations on `parent` that fire the action, with alias `s`, joined to their rows, alias `p`. */
function firing({ key, parent, on }: Effect): string {
  const groups = updateGroups(parent, key.parentColumns);
  const byKey = parent.key.length === 0 ? "false" : parent.sameKey("p");
  if (on === "update") {
    const ofGroups = `s.grp OPERATOR(pg_catalog.=) ANY ('{${groups.join(",")}}'::pg_catalog.int4[])`;
    return `${parent.stage} s JOIN ${parent.relation} p ON ${byKey} AND ${isOp(STAGED.update)} AND ${ofGroups} AND ${isState(STATE.pending)}`;
  }
  const one = `(${pendingOf({ kind: STAGED.delete, group: null })} AND ${byKey})`;
  const many = `(${pendingOf({ kind: STAGED.deleteMany, group: null })} AND ${parent.same("old", parent.columns, "p")} AND ${parent.inScope("p")})`;
  return `${parent.stage} s JOIN ${parent.relation} p ON ${parent.staged.D > 0 ? `(${one} OR ${many})` : one}`;
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

/**
 * A FROM item `t JOIN …` of the child's rows that the action would change and no pending operation covers, with the
 * firing operation as `s` and its row as `p`.
 */
export function affectedRows(effect: Effect, tables: readonly StagedTable[]): string {
  const { key } = effect;
  const refers = key.childColumns.map(
    (column, at) =>
      `p.${quoteIdentifier(key.parentColumns[at] ?? "")} OPERATOR(${key.operators[at]}) t.${quoteIdentifier(column)}`,
  );
  const own = key.childPartitioned ? key.childTable : `ONLY ${key.childTable}`;
  return `${firing(effect)} JOIN ${own} t ON ${refers.join(" AND ")} WHERE ${notCovered(effect, tables)}`;
}

function notCovered({ key }: Effect, tables: readonly StagedTable[]): string {
  const child = tables.find((table) => table.info.oid === key.childOid);
  if (child === undefined) return "true";
  const groups = updateGroups(child, key.childColumns);
  const kinds = [
    `c.op OPERATOR(pg_catalog.=) 'd'::pg_catalog."char"`,
    ...(groups.length === 0
      ? []
      : [`c.grp OPERATOR(pg_catalog.=) ANY ('{${groups.join(",")}}'::pg_catalog.int4[])`]),
  ];
  const pending = `c.state OPERATOR(pg_catalog.=) '${STATE.pending}'::pg_catalog."char"`;
  const byKey = child.key.length === 0 ? "false" : child.sameKey("t", "c");
  const many = `c.op OPERATOR(pg_catalog.=) 'D'::pg_catalog."char" AND c.cnt OPERATOR(pg_catalog.=) c.total AND ${child.same("old", child.columns, "t", "c")}`;
  const covering = [`(${kinds.join(" OR ")}) AND ${byKey}`, ...(child.staged.D > 0 ? [many] : [])];
  return covering
    .map((condition) => `NOT EXISTS (SELECT FROM ${child.stage} c WHERE ${pending} AND ${condition})`)
    .join(" AND ");
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
