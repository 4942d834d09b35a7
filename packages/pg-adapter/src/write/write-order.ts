import type { ForeignKey } from "./foreign-keys.ts";
import { STAGED, type StagedKind } from "./staged-table.ts";
import { orderedComponents } from "./strongly-connected.ts";
import type { UniqueIndex } from "./unique-indexes.ts";
import type { WriteNode } from "./write-statements.ts";

/** Values are given up before they are taken: deletes, updates, inserts. */
const RANK: Readonly<Record<StagedKind, number>> = { D: 0, d: 0, u: 1, i: 1e9, I: 1e9 };

/**
 * Statements in the order that constraints ask for. Nodes that depend on each other in a circle share a step, which
 * is written as one statement.
 *
 * Foreign keys: a referenced row is inserted before rows point to it and deleted after they have stopped to.
 * Unique indexes: a value is given up before another row takes it.
 */
export function orderWrites(
  nodes: readonly WriteNode[],
  foreignKeys: readonly ForeignKey[],
  uniqueIndexes: readonly UniqueIndex[],
): WriteNode[][] {
  const ranked = [...nodes].sort((a, b) => rank(a) - rank(b));
  const edges = [
    ...foreignKeys.flatMap((key) => foreignKeyEdges(ranked, key)),
    ...uniqueIndexes.flatMap((index) => uniqueEdges(ranked, index)),
  ];
  return orderedComponents(ranked.length, edges).map((step) => step.flatMap((at) => ranked[at] ?? []));
}

type Edge = readonly [from: number, to: number];

function foreignKeyEdges(nodes: readonly WriteNode[], key: ForeignKey): Edge[] {
  const points = indexesWhere(
    nodes,
    (node) => node.table.info.oid === key.childOid && changes(node, key.childColumns),
  );
  const offers = indexesWhere(
    nodes,
    (node) => node.table.info.oid === key.parentOid && changes(node, key.parentColumns),
  );
  return points.flatMap((child) => offers.flatMap((parent) => foreignKeyEdge(nodes, child, parent)));
}

function foreignKeyEdge(nodes: readonly WriteNode[], child: number, parent: number): Edge[] {
  if (child === parent) return []; // one statement: its foreign keys are checked after it
  const takes = nodes[child]?.kind !== STAGED.delete && nodes[child]?.kind !== STAGED.deleteMany;
  const leaves = !isInsert(nodes[child]);
  const adds = !isDelete(nodes[parent]);
  const removes = !isInsert(nodes[parent]);
  return [
    ...(takes && adds ? [[parent, child] as const] : []),
    ...(leaves && removes ? [[child, parent] as const] : []),
  ];
}

function uniqueEdges(nodes: readonly WriteNode[], index: UniqueIndex): Edge[] {
  const touching = indexesWhere(
    nodes,
    (node) =>
      node.table.info.oid === index.tableOid && changes(node, index.columns) && !isIdentity(node, index),
  );
  return touching.flatMap((from) =>
    touching.flatMap((to) => (rank(nodes[from]) < rank(nodes[to]) ? [[from, to] as const] : [])),
  );
}

/** No two operations of a patch are about one key, so its index never hands a value on. */
function isIdentity({ table, kind }: WriteNode, index: UniqueIndex): boolean {
  const key = table.key.map((column) => column.spec.name);
  return (
    kind !== STAGED.update &&
    index.columns.length === key.length &&
    index.columns.every((name) => key.includes(name))
  );
}

function rank(node: WriteNode | undefined): number {
  return node === undefined ? 0 : RANK[node.kind] + node.layer;
}

function isInsert(node: WriteNode | undefined): boolean {
  return node?.kind === STAGED.insert || node?.kind === STAGED.insertMany;
}

function isDelete(node: WriteNode | undefined): boolean {
  return node?.kind === STAGED.delete || node?.kind === STAGED.deleteMany;
}

/** Inserts and deletes change every column. */
function changes(node: WriteNode, columns: readonly string[]): boolean {
  if (node.group === null) return true;
  return node.table.groupColumns(node.group).some((column) => columns.includes(column.spec.name));
}

function indexesWhere(nodes: readonly WriteNode[], test: (node: WriteNode) => boolean): number[] {
  return nodes.flatMap((node, at) => (test(node) ? [at] : []));
}
