import { quoteIdentifier } from "../sql/quote.ts";
import type { ForeignKey, ReferentialAction } from "./foreign-keys.ts";
import { STAGED, STATE, type StagedTable } from "./staged-table.ts";
import { isOp, isState, pendingOf } from "./write-statements.ts";

/** One foreign key that would change rows of `child` because the patch deletes or updates rows of `parent`. */
export interface Effect {
  readonly key: ForeignKey;
  readonly parent: StagedTable;
  readonly on: "delete" | "update";
  readonly action: ReferentialAction;
}

export function updateGroups(table: StagedTable, columns: readonly string[]): number[] {
  return table.groups.flatMap((_, group) =>
    table.groupColumns(group).some((column) => columns.includes(column.spec.name)) ? [group] : [],
  );
}

/** Operations on `parent` that fire the action, with alias `s`, joined to their rows, alias `p`. */
export function firing({ key, parent, on }: Effect): string {
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
