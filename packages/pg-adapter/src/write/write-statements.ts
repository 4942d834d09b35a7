import { STAGED, STATE, type StagedKind, type StagedTable, stagedValue } from "./staged-table.ts";

/** One statement's worth of writing: the pending operations of a kind, of updates those of one group. */
export interface WriteNode {
  readonly table: StagedTable;
  readonly kind: StagedKind;
  /** Group of an update, else null. */
  readonly group: number | null;
  /** Updates that wait for others to give a unique value up come in later layers. */
  readonly layer: number;
  /** The row was taken out before, so the update is an insert of the whole row. */
  readonly replaced: boolean;
  /** Rows that the statement must affect. */
  readonly expected: number;
}

/** The node's DML, without a RETURNING clause. `after` is a condition that only holds once earlier parts are done. */
export function writeStatement(node: WriteNode, after = ""): string {
  const where = `${pendingOf(node)}${ofLayer(node)}${after}`;
  if (node.kind === STAGED.delete) return deleteByKey(node.table, where);
  if (node.kind === STAGED.deleteMany) return deleteByAddress(node.table, where);
  if (node.kind === STAGED.update) return node.replaced ? insertAgain(node, where) : update(node, where);
  return insert(node, where);
}

function ofLayer({ kind, layer, replaced }: WriteNode): string {
  if (kind !== STAGED.update) return "";
  return ` AND COALESCE(s.layer, 0) OPERATOR(pg_catalog.=) ${layer}${replaced ? " AND s.parked IS TRUE" : ""}`;
}

export function pendingOf({ kind, group }: Pick<WriteNode, "kind" | "group">): string {
  const byGroup = group === null ? "" : ` AND s.grp OPERATOR(pg_catalog.=) ${group}`;
  return `${isOp(kind)}${byGroup} AND ${isState(STATE.pending)}`;
}

export function isOp(kind: StagedKind): string {
  return `s.op OPERATOR(pg_catalog.=) '${kind}'::pg_catalog."char"`;
}

export function isState(state: string): string {
  return `s.state OPERATOR(pg_catalog.=) '${state}'::pg_catalog."char"`;
}

function deleteByKey(table: StagedTable, where: string): string {
  return `DELETE FROM ${table.relation} t USING ${table.stage} s WHERE ${where} AND ${table.sameKey()} AND ${table.same("old")}`;
}

/** Of `total` identical rows any `cnt`; the table is locked against writers then, so addresses hold still. */
function deleteByAddress(table: StagedTable, where: string): string {
  return `DELETE FROM ${table.relation} t USING (
  SELECT p.address_table, p.address FROM (
    SELECT t.tableoid AS address_table, t.ctid AS address, s.cnt, pg_catalog.row_number() OVER (PARTITION BY s.seq) AS nth
    FROM ${table.relation} t JOIN ${table.stage} s ON ${table.same("old")} AND ${table.inScope()} WHERE ${where}
  ) p WHERE p.nth OPERATOR(pg_catalog.<=) p.cnt
) v WHERE t.tableoid OPERATOR(pg_catalog.=) v.address_table AND t.ctid OPERATOR(pg_catalog.=) v.address`;
}

function update({ table, group }: WriteNode, where: string): string {
  const columns = table.groupColumns(group ?? 0);
  const assignments = columns.map((column) => `${column.quoted} = ${stagedValue(column, "new")}`).join(", ");
  // A parked row had its old image checked when it was parked, and is locked since.
  const parked = table.parking === null ? "" : "s.parked IS TRUE OR ";
  return `UPDATE ${table.relation} t SET ${assignments} FROM ${table.stage} s
WHERE ${where} AND ${table.sameKey()} AND (${parked}${table.same("old", columns)})`;
}

function insertAgain({ table, group }: WriteNode, where: string): string {
  const changed = table.groupColumns(group ?? 0);
  const values = table.columns.map((column) => stagedValue(column, changed.includes(column) ? "new" : "old"));
  return insertOf(table, values, `${table.stage} s`, where);
}

function insert({ table, kind }: WriteNode, where: string): string {
  const copies = kind === STAGED.insertMany ? ", pg_catalog.generate_series(1, s.cnt)" : "";
  const values = table.columns.map((column) => stagedValue(column, "new"));
  return insertOf(table, values, `${table.stage} s${copies}`, where);
}

function insertOf(table: StagedTable, values: readonly string[], from: string, where: string): string {
  const tenant = table.tenant === null ? [] : [table.tenant];
  const names = [...table.columns.map((column) => column.quoted), ...tenant.map((each) => each.quoted)];
  return `INSERT INTO ${table.target} (${names.join(", ")}) OVERRIDING SYSTEM VALUE
SELECT ${[...values, ...tenant.map((each) => each.literal)].join(", ")} FROM ${from} WHERE ${where}`;
}

/**
 * Several nodes as one statement. Foreign keys are then checked once, after all of them, so rows that refer to each
 * other in a circle can be written without touching a constraint. Parts run in the given order: each waits for the
 * count of the one before.
 */
export function combinedStatement(nodes: readonly WriteNode[]): string {
  const parts = nodes.map((node, at) => {
    const after =
      at === 0 ? "" : ` AND (SELECT pg_catalog.count(*) FROM w${at - 1}) OPERATOR(pg_catalog.>=) 0`;
    return `w${at} AS (${writeStatement(node, after)} RETURNING 1)`;
  });
  const counts = nodes.map((_, at) => `(SELECT pg_catalog.count(*) FROM w${at}) AS c${at}`);
  return `WITH ${parts.join(",\n")}\nSELECT ${counts.join(", ")}`;
}
