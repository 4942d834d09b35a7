import { type Action, buildFactBase, encodeId, type Fact, plan, type StableId } from "@supabase/pg-delta";
import { type FactGraph, reach } from "./fact-graph.ts";

export interface PlannedStatement {
  readonly sql: string;
  /** Key of the object that it makes or completes: a table for its columns, constraints and indexes too. */
  readonly object: string;
}

export interface PlannedStages {
  readonly preData: readonly PlannedStatement[];
  readonly postData: readonly PlannedStatement[];
}

/** What rows are loaded into, and whatever computes or checks values while they are. */
const BEFORE_ROWS = new Set([
  "schema",
  "extension",
  "collation",
  "type",
  "typeAttribute",
  "domain",
  "function",
  "procedure",
  "aggregate",
  "sequence",
  "table",
  "column",
  "default",
]);

/** Plans from nothing to what rows need, and from there to the whole; roles are taken to exist. */
export function planStages(graph: FactGraph, assumedRoles: readonly string[]): PlannedStages {
  const early = graph.restrict(earlyKeys(graph));
  const options = { assumedRoles: [...assumedRoles], scope: "database" as const };
  const nothing = buildFactBase(graph.facts.filter(isEverywhere), []);
  const before = factBase(early);
  const pre = plan(nothing, before, options);
  const post = plan(before, factBase(graph), options);
  return {
    preData: pre.actions.map((action) => statement(action, graph)),
    postData: post.actions.map((action) => statement(action, graph)),
  };
}

function factBase(graph: FactGraph) {
  return buildFactBase(graph.facts, [...graph.edges]);
}

/** Every database has it from the start. */
function isEverywhere({ id }: Fact): boolean {
  return id.kind === "schema" && id.name === "public";
}

function statement({ sql, produces, consumes }: Action, graph: FactGraph): PlannedStatement {
  const object = produces[0] ?? consumes[0];
  return { sql: makingSql(sql), object: object === undefined ? "" : containerKey(object, graph) };
}

/** Nothing that is there is replaced; an extension may have come with the database. */
function makingSql(sql: string): string {
  return sql
    .replace(/[\s;]+$/, "")
    .replace(/^CREATE OR REPLACE (FUNCTION|PROCEDURE) /, "CREATE $1 ")
    .replace(/^CREATE EXTENSION (?!IF )/, "CREATE EXTENSION IF NOT EXISTS ");
}

/** The table of a column, the schema of a comment on it: what has to be missing for the statement to be needed. */
function containerKey(id: StableId, graph: FactGraph): string {
  if (id.kind === "comment") return containerKey(id.target, graph);
  const parent = graph.get(encodeId(id))?.parent;
  const isOwn = parent === undefined || parent.kind === "schema";
  return isOwn ? encodeId(id) : containerKey(parent, graph);
}

/** Tables and all that they need, and of the other early kinds those that need nothing late. */
function earlyKeys(graph: FactGraph): Set<string> {
  const kindOf = (key: string) => graph.get(key)?.id.kind ?? "";
  const isDomainCheck = (key: string) => {
    const fact = graph.get(key);
    return fact?.id.kind === "constraint" && fact.parent?.kind === "domain";
  };
  const isEarly = (key: string) => BEFORE_ROWS.has(kindOf(key)) || isDomainCheck(key);
  const tables = [...graph.keys].filter((key) =>
    ["table", "column", "default", "sequence"].includes(kindOf(key)),
  );
  const needed = reach(tables, (key) => [...graph.needs(key), ...wholeTypes(graph, key)]);
  const late = [...graph.keys].filter((key) => !isEarly(key) && !needed.has(key));
  const afterLate = reach(late, (key) => graph.dependents(key).filter((next) => !needed.has(next)));
  return new Set([...graph.keys].filter((key) => needed.has(key) || !afterLate.has(key)));
}

function wholeTypes(graph: FactGraph, key: string): readonly string[] {
  const kind = graph.get(key)?.id.kind;
  return kind === "domain" || kind === "type"
    ? graph.children(key).filter((child) => graph.get(child)?.id.kind !== "comment")
    : [];
}
