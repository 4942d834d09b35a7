import { encodeId, type Fact, type FactBase } from "@supabase/pg-delta";
import { FactGraph, reach } from "./fact-graph.ts";
import type { CatalogGaps } from "./gaps/read-gaps.ts";
import { describeId } from "./object-name.ts";

/** Where the product keeps its own records; never part of anybody's definitions. */
const OWN_SCHEMA = "syncline";

/** Rights and cluster-wide objects belong to where a database is, not to what it is. */
const PLACE_BOUND = new Set([
  "role",
  "membership",
  "defaultPrivilege",
  "acl",
  "securityLabel",
  "extensionIntent",
]);

/** Kinds that reach beyond the database or need a superuser: named as not covered. */
const LEFT_OUT = new Set([
  "publication",
  "publicationRel",
  "publicationSchema",
  "subscription",
  "eventTrigger",
  "fdw",
  "server",
  "userMapping",
  "foreignTable",
  "language",
]);

const NAMED_WHEN_LEFT_OUT = new Set([
  "publication",
  "subscription",
  "eventTrigger",
  "fdw",
  "server",
  "foreignTable",
]);

export interface CoveredFacts {
  readonly graph: FactGraph;
  /** `kind name` of objects that were left out. */
  readonly leftOut: readonly string[];
}

/** The facts that definitions are made of. */
export function coveredFacts(base: FactBase, gaps: CatalogGaps): CoveredFacts {
  const whole = FactGraph.of(base);
  const merged = new Set(gaps.mergedColumns.map(({ table, column }) => columnKey(table, column)));
  const alone: string[] = [];
  const withDependents: string[] = [];
  const leftOut: string[] = [];
  for (const fact of whole.facts) {
    const key = encodeId(fact.id);
    if (merged.has(key) || goesAlone(fact)) alone.push(key);
    else if (isLeftOut(fact, base)) withDependents.push(key);
    if (NAMED_WHEN_LEFT_OUT.has(fact.id.kind) && !isMember(fact, base)) leftOut.push(describeId(fact.id));
  }
  const gone = reach(withDependents, (key) => whole.dependents(key));
  for (const key of reach(alone, (next) => whole.children(next))) gone.add(key);
  const kept = new Set([...whole.keys].filter((key) => !gone.has(key)));
  return { graph: withRepairs(whole.restrict(kept)), leftOut: leftOut.sort() };
}

/** What refers to it can do without: roles are everywhere, and plpgsql is in every database. */
function goesAlone(fact: Fact): boolean {
  const { id } = fact;
  if (id.kind === "extension") return id.name === "plpgsql";
  return PLACE_BOUND.has(id.kind) || isImpliedNotNull(fact) || isStandardComment(fact);
}

function isLeftOut(fact: Fact, base: FactBase): boolean {
  const { id } = fact;
  if (LEFT_OUT.has(id.kind)) return true;
  return (id.kind === "schema" && id.name === OWN_SCHEMA) || isMember(fact, base);
}

function isMember({ id }: Fact, base: FactBase): boolean {
  return base.outgoingEdges(id).some(({ kind }) => kind === "memberOfExtension");
}

/** From version 18 NOT NULL is a constraint of its own; the column or domain says it already. */
function isImpliedNotNull({ id, payload }: Fact): boolean {
  return id.kind === "constraint" && payload["type"] === "n";
}

function isStandardComment({ id, payload }: Fact): boolean {
  if (id.kind !== "comment") return false;
  return id.target.kind === "schema" && payload["text"] === "standard public schema";
}

/** A partitioned table's index is defined for all of its partitions; the server prints it for the root alone. */
function withRepairs(graph: FactGraph): FactGraph {
  const facts = graph.facts.map((fact) => {
    if (fact.id.kind !== "index" || fact.parent === undefined) return fact;
    const partitioned = graph.get(encodeId(fact.parent))?.payload["partitionKey"] != null;
    if (!partitioned) return fact;
    return { ...fact, payload: { ...fact.payload, def: wholeIndex(String(fact.payload["def"])) } };
  });
  return new FactGraph(facts, graph.edges);
}

function wholeIndex(definition: string): string {
  return definition.replace(/^(CREATE (?:UNIQUE )?INDEX (?:"(?:[^"]|"")+"|[^ "]+) ON )ONLY /, "$1");
}

function columnKey(table: { schema: string; name: string }, column: string): string {
  return encodeId({ kind: "column", schema: table.schema, table: table.name, name: column });
}
