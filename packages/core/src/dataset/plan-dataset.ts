import type { ForeignKeySpec } from "../schema/foreign-key.ts";
import type { TableSpec } from "../schema/table-spec.ts";
import { sameQualifiedName } from "../values/qualified-name.ts";
import { type DatasetTables, datasetTables } from "./dataset-tables.ts";
import { type ReachEdge, reachedRows } from "./reach.ts";
import type { RowScope } from "./row-scope.ts";
import { everyOf, NO_ROWS, outsideOf } from "./scope-algebra.ts";
import { strongComponents } from "./strongly-connected.ts";

export interface DatasetInput {
  /** Table names as people write them; `tables` null for all that foreign keys reach. */
  readonly dataset: {
    readonly name: string;
    readonly root: string;
    readonly tables: readonly string[] | null;
  };
  readonly tables: readonly TableSpec[];
  readonly foreignKeys: readonly ForeignKeySpec[];
  /** Where names without a schema are looked up. */
  readonly tenantSchema: string;
  /** The chosen roots, over the root table. */
  readonly roots: RowScope;
}

export interface DatasetTablePlan {
  readonly table: TableSpec;
  /** Rows that belong to a chosen root: they refer to it, or to a row that does. Of the root table: the roots. */
  readonly members: RowScope;
  /** Rows that belong to no chosen root but that a member, or a row like this, refers to. */
  readonly referenced: RowScope;
}

export interface DatasetPlan {
  readonly root: TableSpec;
  /** Referenced tables before those that refer to them, as far as there is no cycle. The root is one of them. */
  readonly tables: readonly DatasetTablePlan[];
}

/**
 * Which rows a dataset's selection is made of. References from the root table to other tables, and to itself, never
 * make a row a root: a root belongs to itself alone.
 * @throws CodedError `table.not_found` for a table that is not there, `schema.mismatch` for one that no foreign key connects
 */
export function planDataset(input: DatasetInput): DatasetPlan {
  const found = datasetTables(input);
  const members = memberScopes(found, input.roots);
  const referenced = referencedScopes(found, members);
  const order = strongComponents({ size: found.tables.length, edges: downward(found) }).flat();
  const plans = order.map((index) => ({
    table: found.tables[index] as TableSpec,
    members: members[index] ?? NO_ROWS,
    referenced: referenced[index] ?? NO_ROWS,
  }));
  return { root: found.root, tables: plans };
}

function memberScopes({ tables, ...found }: DatasetTables, roots: RowScope): RowScope[] {
  return reachedRows({
    tables: tables.map(({ name }) => name),
    seeds: tables.map((table) => (table === found.root ? roots : NO_ROWS)),
    edges: belonging({ tables, ...found }),
  });
}

function referencedScopes(found: DatasetTables, members: readonly RowScope[]): RowScope[] {
  const names = found.tables.map(({ name }) => name);
  const up = downward(found).map(upward);
  const telling = downward(found).filter((edge) => mayLeadOut(edge, found));
  const seeds = firstReferenced(found, members, telling.map(upward));
  const reached = reachedRows({ tables: names, seeds, edges: up });
  return reached.map((scope, index) => everyOf([scope, outsideOf(members[index] ?? NO_ROWS)]));
}

/** Rows that members refer to, by table. */
function firstReferenced(
  found: DatasetTables,
  members: readonly RowScope[],
  edges: readonly ReachEdge[],
): RowScope[] {
  const names = found.tables.map(({ name }) => name);
  const layered = edges.map((edge) => ({ ...edge, to: edge.to + names.length }));
  const seeds = [...members, ...names.map(() => NO_ROWS)];
  return reachedRows({ tables: [...names, ...names], seeds, edges: layered }).slice(names.length);
}

/** A member that belongs only by this reference refers to a member by it. */
function mayLeadOut(edge: ReachEdge, found: DatasetTables): boolean {
  if (found.tables[edge.to] === found.root) return true;
  return belonging(found).filter(({ to }) => to === edge.to).length > 1 || !found.below.has(edge.from);
}

/** References by which a row belongs to what it refers to. */
function belonging(found: DatasetTables): ReachEdge[] {
  return downward(found).filter(
    ({ from, to }) => found.tables[to] !== found.root && found.below.has(from) && found.below.has(to),
  );
}

/** Every reference between the tables, from what is referred to to what refers to it. */
function downward({ tables, foreignKeys }: DatasetTables): ReachEdge[] {
  const indexOf = (name: ForeignKeySpec["table"]) =>
    tables.findIndex((table) => sameQualifiedName(table.name, name));
  return foreignKeys.map((key) => ({
    from: indexOf(key.referenced),
    to: indexOf(key.table),
    fromColumns: key.referencedColumns,
    toColumns: key.columns,
    operators: key.operators,
  }));
}

function upward({ from, to, fromColumns, toColumns, operators }: ReachEdge): ReachEdge {
  return { from: to, to: from, fromColumns: toColumns, toColumns: fromColumns, operators };
}
