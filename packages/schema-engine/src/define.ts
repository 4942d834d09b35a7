import { buildFactBase, encodeId } from "@supabase/pg-delta";
import { formatQualifiedName, type QualifiedName } from "@syncline/core";
import type { SchemaDefinition, SchemaSelection, SequenceState } from "@syncline/engine";
import { coveredFacts } from "./covered-facts.ts";
import type { CatalogState } from "./extract-facts.ts";
import type { FactGraph } from "./fact-graph.ts";
import { Placeholders } from "./placeholders.ts";
import { type PlannedStages, type PlannedStatement, planStages } from "./plan-stages.ts";
import { selectFacts } from "./select-facts.ts";
import { supplement } from "./supplements.ts";
import { refuseBlockedTables, withoutUncovered } from "./uncovered.ts";

export interface DefinedStages extends PlannedStages {
  readonly uncovered: readonly string[];
  /** Roles that the statements name. */
  readonly roles: readonly string[];
  readonly digests: ReadonlyMap<string, string>;
  readonly tables: readonly QualifiedName[];
  readonly sequences: readonly SequenceState[];
}

type Selection = Pick<SchemaSelection, "tables" | "schemas">;

/** Statements that make the selected objects of a catalog in an empty database. `tag` occurs in no name. */
export function defineStages(state: CatalogState, selection: Selection, tag: string): DefinedStages {
  const { facts, gaps } = state;
  const covered = coveredFacts(facts, gaps);
  const wanted = selectFacts(covered.graph, selection);
  const { graph: open, leftOut, blocked } = withoutUncovered(covered.graph, gaps);
  refuseBlockedTables(wanted.keys, covered.graph, blocked);
  const selected = selectFacts(open, selection);
  const placeholders = new Placeholders(tag);
  const whole = open.restrict(selected.keys);
  const graph = placeholders.hide(whole, gaps);
  const roles = facts.facts().flatMap(({ id }) => (id.kind === "role" ? [id.name] : []));
  const planned = planStages(graph, roles);
  const restore = (statement: PlannedStatement) => placeholders.restore(statement);
  const stages = supplement(
    { preData: planned.preData.map(restore), postData: planned.postData.map(restore) },
    whole,
    gaps,
  );
  const everything = selection.tables === null;
  return {
    ...stages,
    uncovered: [
      ...(everything ? [...covered.leftOut, ...leftOut] : []),
      ...selected.leftOut,
      ...leftOutProperties(state, selected.keys),
    ],
    roles: policyRoles(graph),
    digests: objectDigests(state),
    tables: dataTables(graph),
    sequences: state.sequences.filter(({ name, table }) => isKept(selected.keys, name, table)),
  };
}

function isKept(keys: ReadonlySet<string>, sequence: QualifiedName, table: QualifiedName | null): boolean {
  const { schema, name } = sequence;
  if (keys.has(encodeId({ kind: "sequence", schema, name }))) return true;
  return table !== null && keys.has(encodeId({ kind: "table", schema: table.schema, name: table.name }));
}

function dataTables(graph: FactGraph): QualifiedName[] {
  return graph.facts.flatMap(({ id, payload }) =>
    id.kind === "table" && payload["partitionBound"] == null ? [{ schema: id.schema, name: id.name }] : [],
  );
}

/** Of every covered object, with all that belongs to it. */
export function objectDigests({ facts, gaps }: CatalogState): Map<string, string> {
  const { graph } = coveredFacts(facts, gaps);
  const base = buildFactBase(graph.facts, []);
  const own = graph.facts.filter(({ parent }) => parent === undefined || parent.kind === "schema");
  return new Map(
    own.map(({ id }) => [encodeId(id), id.kind === "schema" ? "" : base.structuralRollupOf(id)]),
  );
}

function leftOutProperties({ gaps }: CatalogState, keys: ReadonlySet<string>): string[] {
  return gaps.leftOut
    .filter(({ table: { schema, name } }) => keys.has(encodeId({ kind: "table", schema, name })))
    .map(({ what, table }) => `${what} ${formatQualifiedName(table)}`);
}

function policyRoles(graph: FactGraph): string[] {
  const roles = graph.facts.flatMap(({ id, payload }) =>
    id.kind === "policy" ? (payload["roles"] as readonly string[]) : [],
  );
  return [...new Set(roles)].filter((role) => role !== "PUBLIC");
}

export function toDefinition({ preData, postData, ...stages }: DefinedStages): SchemaDefinition {
  const { uncovered, digests, tables, sequences } = stages;
  return {
    preData: preData.map(({ sql }) => sql),
    postData: postData.map(({ sql }) => sql),
    preObjects: preData.map(({ object }) => object),
    postObjects: postData.map(({ object }) => object),
    digests,
    tables,
    sequences: sequences.map(({ name, lastValue, isCalled }) => ({ name, lastValue, isCalled })),
    uncovered,
  };
}
