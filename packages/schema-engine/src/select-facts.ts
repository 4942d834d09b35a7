import { encodeId, type Fact } from "@supabase/pg-delta";
import { CodedError, formatQualifiedName, type QualifiedName } from "@syncline/core";
import type { SchemaSelection } from "@syncline/engine";
import { type FactGraph, reach } from "./fact-graph.ts";
import { describeId } from "./object-name.ts";

export interface SelectedFacts {
  readonly keys: ReadonlySet<string>;
  /** Parts of selected tables that refer to tables which are not selected. */
  readonly leftOut: readonly string[];
}

type Selection = Pick<SchemaSelection, "tables" | "schemas">;

/** Parts of a table that its rows can do without; they come along when what they need does. */
const PARTS = new Set(["constraint", "index", "trigger", "rule", "policy"]);

/** What a selection holds: its tables, what they need and what belongs to them. */
export function selectFacts(graph: FactGraph, { tables, schemas }: Selection): SelectedFacts {
  if (tables === null && schemas === null) return { keys: new Set(graph.keys), leftOut: [] };
  const roots = tables === null ? inSchemas(graph, new Set(schemas)) : namedRelations(graph, tables);
  const keys = close(graph, roots);
  const leftOut = addParts(graph, keys);
  addComments(graph, keys);
  return { keys, leftOut };
}

function inSchemas(graph: FactGraph, schemas: ReadonlySet<string>): string[] {
  return graph.facts
    .filter(({ id }) => !PARTS.has(id.kind) && !("target" in id) && schemas.has(schemaOf(id) ?? ""))
    .map(({ id }) => encodeId(id));
}

function schemaOf(id: Fact["id"]): string | undefined {
  if (id.kind === "schema") return id.name;
  return "schema" in id && typeof id.schema === "string" ? id.schema : undefined;
}

function namedRelations(graph: FactGraph, names: readonly QualifiedName[]): string[] {
  return names.map((name) => {
    const key = (["table", "view", "materializedView"] as const)
      .map((kind) => encodeId({ kind, schema: name.schema, name: name.name }))
      .find((candidate) => graph.get(candidate) !== undefined);
    if (key !== undefined) return key;
    throw new CodedError(
      "schema.unsupported",
      `The definition of "${formatQualifiedName(name)}" cannot be carried over.`,
      {
        hint: "Only tables and views of the database itself have definitions here; create foreign tables by hand.",
      },
    );
  });
}

/** Tables bring columns, defaults, owned sequences and partitions along; types bring what they consist of. */
function close(graph: FactGraph, roots: Iterable<string>): Set<string> {
  const owned = ownedSequences(graph);
  const partitions = partitionsByParent(graph);
  return reach(roots, (key) => {
    const whole = graph.children(key).filter((child) => belongs(graph, key, child));
    return [...graph.needs(key), ...whole, ...(owned.get(key) ?? []), ...(partitions.get(key) ?? [])];
  });
}

function belongs(graph: FactGraph, parent: string, child: string): boolean {
  const kind = graph.get(child)?.id.kind ?? "";
  const parentKind = graph.get(parent)?.id.kind;
  if (parentKind === "schema" || kind === "comment") return false;
  return parentKind === "domain" || !PARTS.has(kind);
}

function ownedSequences(graph: FactGraph): Map<string, string[]> {
  const owned = new Map<string, string[]>();
  for (const { id, payload } of graph.facts) {
    const owner = id.kind === "sequence" ? (payload["ownedBy"] as Owner | null) : null;
    if (owner === null) continue;
    const key = encodeId({ kind: "table", schema: owner.schema, name: owner.table });
    owned.set(key, [...(owned.get(key) ?? []), encodeId(id)]);
  }
  return owned;
}

interface Owner {
  readonly schema: string;
  readonly table: string;
}

function partitionsByParent(graph: FactGraph): Map<string, string[]> {
  const partitions = new Map<string, string[]>();
  for (const { id, payload } of graph.facts) {
    if (id.kind !== "table" || payload["partitionBound"] == null) continue;
    const key = encodeId({ kind: "table", ...(payload["parentTable"] as { schema: string; name: string }) });
    partitions.set(key, [...(partitions.get(key) ?? []), encodeId(id)]);
  }
  return partitions;
}

/** A part comes along when no table that it refers to is missing. */
function addParts(graph: FactGraph, keys: Set<string>): string[] {
  const leftOut: string[] = [];
  for (const key of [...keys]) {
    for (const part of graph.children(key)) {
      const fact = graph.get(part);
      if (fact === undefined || !PARTS.has(fact.id.kind) || keys.has(part)) continue;
      const needs = close(graph, [part]);
      const foreign = [...needs].some((need) => isTable(graph, need) && !keys.has(need));
      if (foreign) leftOut.push(describeId(fact.id));
      else for (const need of needs) keys.add(need);
    }
  }
  return leftOut;
}

function isTable(graph: FactGraph, key: string): boolean {
  const kind = graph.get(key)?.id.kind;
  return kind === "table" || kind === "foreignTable";
}

function addComments(graph: FactGraph, keys: Set<string>): void {
  for (const key of [...keys]) {
    for (const child of graph.children(key)) {
      if (graph.get(child)?.id.kind === "comment") keys.add(child);
    }
  }
}
