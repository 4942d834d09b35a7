import { encodeId } from "@supabase/pg-delta";
import type { QualifiedName } from "@syncline/core";
import type { FactGraph } from "./fact-graph.ts";
import type { CatalogGaps, ColumnSettings, InheritedColumn } from "./gaps/read-gaps.ts";
import type { PlannedStages, PlannedStatement } from "./plan-stages.ts";
import { quoteIdentifier, quoteTable } from "./quote.ts";

/** Adds what the engine does not see of the tables that are there. */
export function supplement(stages: PlannedStages, whole: FactGraph, gaps: CatalogGaps): PlannedStages {
  const isThere = ({ table }: { readonly table: QualifiedName }) => whole.get(tableKey(table)) !== undefined;
  const inherited = gaps.inheritedColumns.filter(isThere).flatMap(inheritedColumn);
  const settings = gaps.columnSettings.filter(isThere).flatMap(columnSettings);
  const statistics = gaps.statistics
    .filter(isThere)
    .map(({ table, sql }) => ({ sql, object: tableKey(table) }));
  return {
    preData: [...stages.preData.map((statement) => withParents(statement, gaps)), ...inherited, ...settings],
    postData: [...stages.postData, ...replicaIdentities(whole), ...statistics],
  };
}

function tableKey({ schema, name }: QualifiedName): string {
  return encodeId({ kind: "table", schema, name });
}

function alterColumn(
  { table, column }: { table: QualifiedName; column: string },
  change: string,
): PlannedStatement {
  const sql = `ALTER TABLE ONLY ${quoteTable(table)} ALTER COLUMN ${quoteIdentifier(column)} ${change}`;
  return { sql, object: tableKey(table) };
}

function inheritedColumn(column: InheritedColumn): PlannedStatement[] {
  const { expression, setNotNull } = column;
  return [
    ...(expression === undefined
      ? []
      : [alterColumn(column, expression === null ? "DROP DEFAULT" : `SET DEFAULT ${expression}`)]),
    ...(setNotNull ? [alterColumn(column, "SET NOT NULL")] : []),
  ];
}

function replicaIdentities(graph: FactGraph): PlannedStatement[] {
  return graph.facts.flatMap(({ id, payload }) => {
    const { replicaIdentity, replicaIdentityIndex: index } = payload;
    if (id.kind !== "table" || replicaIdentity !== "i" || typeof index !== "string") return [];
    const sql = `ALTER TABLE ONLY ${quoteTable(id)} REPLICA IDENTITY USING INDEX ${quoteIdentifier(index)}`;
    return [{ sql, object: encodeId(id) }];
  });
}

function columnSettings(column: ColumnSettings): PlannedStatement[] {
  const { storage, compression, statistics, options } = column;
  return [
    ...(storage === null ? [] : [alterColumn(column, `SET STORAGE ${storage}`)]),
    ...(compression === null ? [] : [alterColumn(column, `SET COMPRESSION ${compression}`)]),
    ...(statistics === null ? [] : [alterColumn(column, `SET STATISTICS ${statistics}`)]),
    ...(options === null ? [] : [alterColumn(column, `SET (${options})`)]),
  ];
}

/** The engine's statement ends with the first parent alone. */
function withParents(statement: PlannedStatement, gaps: CatalogGaps): PlannedStatement {
  const parents = gaps.severalParents.filter(({ table }) => tableKey(table) === statement.object);
  const [first] = parents;
  if (first === undefined) return statement;
  const tail = ` INHERITS (${quoteTable(first.parent)})`;
  if (!statement.sql.endsWith(tail)) return statement;
  const all = parents.map(({ parent }) => quoteTable(parent)).join(", ");
  return { ...statement, sql: `${statement.sql.slice(0, -tail.length)} INHERITS (${all})` };
}
