import { CodedError, matchesPattern, type QualifiedName } from "@syncline/core";
import { type CreateDefinitionsResult, createDefinitions, type SchemaDefinition } from "@syncline/engine";
import { openDefinitions, openSchemaEngine, type Place } from "@syncline/runtime";
import type { ExitReason } from "../../exit-codes.ts";
import type { CopyPlan } from "./copy-plan.ts";

/** Makes the tables that the target lacks, and copies rows by `load` before indexes and constraints are made. */
export async function copyDefinitions(
  plan: CopyPlan,
  load: (() => Promise<ExitReason>) | null,
): Promise<ExitReason> {
  const { session, target, options } = plan;
  const source = definedSource(plan);
  const dryRun = options.dryRun === true;
  const definition = await define(plan, source);
  let ended: ExitReason | null = null;
  const definitions = openDefinitions(target);
  try {
    const result = await createDefinitions({
      ctx: session.context,
      definition,
      target: definitions,
      dryRun,
      ...(load === null
        ? {}
        : {
            load: async () => {
              ended = await load();
            },
          }),
    });
    tell(plan, result);
    if (ended === null && options.json === true) await session.output.json(document(plan, result));
    return ended ?? "ok";
  } finally {
    await definitions.close();
  }
}

/** A database of the same tenancy, whose tables go under their own names. */
function definedSource({ source, target, options }: CopyPlan): Place {
  const flag = options.schemasOnly === true ? "--schemas-only" : "--include-schemas";
  if (source.kind !== "live")
    throw new CodedError("usage.invalid", `${flag} reads the definitions of a database, found a directory.`, {
      hint: "Make the tables first, from the database that the rows came from.",
    });
  const column = (place: Place) => place.scope.tenantColumn?.name ?? null;
  if (column(source.place) !== column(target))
    throw new CodedError("usage.invalid", `${flag} needs the same tenancy on both sides.`, {
      hint: "With tenants in a column tables have another shape; make them first.",
    });
  if ((options.mapTable ?? []).length + (options.mapColumn ?? []).length > 0)
    throw new CodedError("usage.invalid", `${flag} makes tables under their own names, found a map.`, {
      hint: "Make the tables first, or leave the map out.",
    });
  return source.place;
}

async function define({ session, target, options }: CopyPlan, source: Place): Promise<SchemaDefinition> {
  const engine = openSchemaEngine(source);
  const { schema } = source.scope;
  const renameSchemas = new Map(schema === target.scope.schema ? [] : [[schema, target.scope.schema]]);
  const { signal } = session.context;
  const select = (tables: readonly QualifiedName[] | null) =>
    engine.define({ tables, schemas: [schema], renameSchemas, signal });
  try {
    if (source.tables.kind === "named")
      return await select(
        source.tables.names.map(({ schema: named, name }) => ({ schema: named ?? schema, name })),
      );
    const whole = await select(null);
    const patterns = options.schema ?? [];
    if (patterns.length === 0) return whole;
    const fits = (table: QualifiedName) => patterns.some((pattern) => matchesPattern(table, pattern));
    return await select((whole.tables ?? []).filter(fits).map(({ name }) => ({ schema, name })));
  } finally {
    await engine.close();
  }
}

function tell(
  { session, target, options }: CopyPlan,
  { created, kept, uncovered }: CreateDefinitionsResult,
): void {
  const { people } = session;
  const made = options.dryRun === true ? "would be made" : "made";
  people.say(`${created.length} objects ${made} in ${target.label}, ${kept.length} were there.`);
  if (uncovered.length > 0)
    people.warn(`Not copied: ${uncovered.slice(0, 10).join(", ")}${uncovered.length > 10 ? " …" : ""}.`);
}

function document({ source, target, options }: CopyPlan, result: CreateDefinitionsResult) {
  return {
    action: "copy",
    outcome: options.dryRun === true ? "dry-run" : "applied",
    source: source.place.label,
    target: target.label,
    method: "definitions",
    created: result.created,
    kept: result.kept,
    differing: result.differing,
    uncovered: result.uncovered,
  };
}
