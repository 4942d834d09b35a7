import { encodeId } from "@supabase/pg-delta";
import { CodedError, formatQualifiedName } from "@syncline/core";
import { type FactGraph, reach } from "./fact-graph.ts";
import type { CatalogGaps, UncoveredNeed } from "./gaps/read-gaps.ts";
import { describeId } from "./object-name.ts";

/**
 * Leaves out what needs an object that no definition is made of.
 * @returns what is left, and what had to go as `kind name`
 */
export function withoutUncovered(
  graph: FactGraph,
  gaps: CatalogGaps,
): { graph: FactGraph; leftOut: string[]; blocked: ReadonlyMap<string, UncoveredNeed> } {
  const blocked = new Map<string, UncoveredNeed>();
  for (const need of gaps.uncovered) {
    for (const root of neededBy(graph, need)) {
      for (const key of reach([root], (next) => graph.dependents(next))) {
        if (!blocked.has(key)) blocked.set(key, need);
      }
    }
  }
  const kept = new Set([...graph.keys].filter((key) => !blocked.has(key)));
  const objects = gaps.uncovered.map(({ kind, name }) => `${kind} ${name}`);
  const dependents = [...blocked.keys()].flatMap((key) => {
    const fact = graph.get(key);
    return fact === undefined || fact.parent?.kind !== "schema" ? [] : [describeId(fact.id)];
  });
  return { graph: graph.restrict(kept), leftOut: [...new Set([...objects, ...dependents])].sort(), blocked };
}

function neededBy(graph: FactGraph, { neededBy }: UncoveredNeed): string[] {
  if (neededBy === null) return [];
  const { kind, name } = neededBy;
  return graph.facts
    .filter(({ id }) => "schema" in id && "name" in id && id.schema === name.schema && id.name === name.name)
    .filter(({ id }) =>
      kind === "routine" ? "args" in id : kind === "type" ? isType(id.kind) : id.kind === kind,
    )
    .map(({ id }) => encodeId(id));
}

function isType(kind: string): boolean {
  return kind === "type" || kind === "domain";
}

/** @throws CodedError `schema.unsupported` for a selected table that cannot be carried over */
export function refuseBlockedTables(
  selected: Iterable<string>,
  graph: FactGraph,
  blocked: ReadonlyMap<string, UncoveredNeed>,
): void {
  for (const key of selected) {
    const id = graph.get(key)?.id;
    const need = blocked.get(key);
    if (need === undefined || id?.kind !== "table") continue;
    const table = formatQualifiedName({ schema: id.schema, name: id.name });
    throw new CodedError(
      "schema.unsupported",
      `The definition of table "${table}" needs the ${need.kind} "${need.name}", which cannot be carried over.`,
      {
        hint: `Create the table and the ${need.kind} in the target by hand, or leave the table out.`,
        details: { table, kind: need.kind, name: need.name },
      },
    );
  }
}
