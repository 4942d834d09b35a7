import type { QualifiedName } from "../values/qualified-name.ts";
import type { RowClosure, RowScope } from "./row-scope.ts";
import { anyOf, NO_ROWS, scopeSize } from "./scope-algebra.ts";
import { strongComponents } from "./strongly-connected.ts";

/** From rows of `tables[from]` to the rows of `tables[to]` whose `toColumns` equal their `fromColumns`. */
export interface ReachEdge {
  readonly from: number;
  readonly to: number;
  readonly fromColumns: readonly string[];
  readonly toColumns: readonly string[];
  readonly operators: readonly string[];
}

export interface ReachInput {
  readonly tables: readonly QualifiedName[];
  /** Rows of each table that are reached without any edge. */
  readonly seeds: readonly RowScope[];
  readonly edges: readonly ReachEdge[];
}

/** Above this a nested scope repeats too much, and a closure says the same in less. */
const MAX_NESTED = 120;

/**
 * Everything that is reached from the seeds along the edges, by table: nested relations where the edges form no cycle,
 * closures where they do.
 */
export function reachedRows(input: ReachInput): RowScope[] {
  const components = strongComponents({ size: input.tables.length, edges: input.edges });
  const componentOf = new Map(components.flatMap((nodes) => nodes.map((node) => [node, nodes] as const)));
  const reached = [...input.seeds];
  for (const nodes of components) {
    const isInside = (edge: ReachEdge) => componentOf.get(edge.from) === nodes && nodes.includes(edge.to);
    for (const node of nodes) {
      const incoming = input.edges.filter((edge) => edge.to === node && !isInside(edge));
      const scopes = incoming.map((edge) => relatedTo(edge, input, reached[edge.from] ?? NO_ROWS));
      reached[node] = anyOf([input.seeds[node] ?? NO_ROWS, ...scopes]);
    }
    const inner = input.edges.filter(isInside);
    if (inner.length > 0) closeOver(nodes, inner, input, reached);
    if (nodes.some((node) => scopeSize(reached[node] ?? NO_ROWS) > MAX_NESTED)) return asClosures(input);
  }
  return reached;
}

function relatedTo(edge: ReachEdge, { tables }: ReachInput, where: RowScope): RowScope {
  const table = tables[edge.from];
  if (table === undefined || where.kind === "none") return NO_ROWS;
  const { toColumns: columns, fromColumns: otherColumns, operators } = edge;
  return { kind: "related", columns, table, otherColumns, operators, where };
}

function closeOver(
  nodes: readonly number[],
  inner: readonly ReachEdge[],
  { tables }: ReachInput,
  reached: RowScope[],
): void {
  const seeds = nodes.map((node) => reached[node] ?? NO_ROWS);
  if (seeds.every(({ kind }) => kind === "none")) return;
  const closure: Omit<RowClosure, "table"> = {
    kind: "closure",
    tables: nodes.map((node, index) => ({
      name: tables[node] as QualifiedName,
      seed: seeds[index] ?? NO_ROWS,
    })),
    edges: inner.map((edge) => ({ ...edge, from: nodes.indexOf(edge.from), to: nodes.indexOf(edge.to) })),
  };
  for (const [table, node] of nodes.entries()) reached[node] = { ...closure, table };
}

/** One closure over all tables: its size only grows with the number of edges. */
function asClosures(input: ReachInput): RowScope[] {
  const reached = [...input.seeds];
  const nodes = input.tables.map((_, index) => index);
  if (input.edges.length > 0) closeOver(nodes, input.edges, input, reached);
  return reached;
}
