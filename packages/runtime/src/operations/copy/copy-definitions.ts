import { CodedError, matchesPattern, type QualifiedName } from "@syncline/core";
import { type CreateDefinitionsResult, createDefinitions, type SchemaDefinition } from "@syncline/engine";
import { openDefinitions, openSchemaEngine } from "../../endpoint-registry.ts";
import type { Place } from "../../place.ts";
import type { CopyPlan } from "./plan-copy.ts";

/** Makes the tables that the target lacks, and copies rows by `load` before indexes and constraints are made. */
export async function copyDefinitions(
  plan: CopyPlan,
  load: (() => Promise<void>) | null,
): Promise<CreateDefinitionsResult> {
  const source = definedSource(plan);
  const definition = await define(plan, source);
  const definitions = openDefinitions(plan.target);
  try {
    return await createDefinitions({
      ctx: plan.setting.context,
      definition,
      target: definitions,
      dryRun: plan.input.dryRun,
      ...(load === null ? {} : { load }),
    });
  } finally {
    await definitions.close();
  }
}

/** A database of the same tenancy, whose tables go under their own names. */
function definedSource({ source, target, input }: CopyPlan): Place {
  const flag = input.definitions === "only" ? "--schemas-only" : "--include-schemas";
  if (source.kind !== "live")
    throw new CodedError("usage.invalid", `${flag} reads the definitions of a database, found a directory.`, {
      hint: "Make the tables first, from the database that the rows came from.",
    });
  const column = (place: Place) => place.scope.tenantColumn?.name ?? null;
  if (column(source.place) !== column(target))
    throw new CodedError("usage.invalid", `${flag} needs the same tenancy on both sides.`, {
      hint: "With tenants in a column tables have another shape; make them first.",
    });
  if (input.tableMap.size + input.columnMap.size > 0)
    throw new CodedError("usage.invalid", `${flag} makes tables under their own names, found a map.`, {
      hint: "Make the tables first, or leave the map out.",
    });
  return source.place;
}

async function define({ setting, target, input }: CopyPlan, source: Place): Promise<SchemaDefinition> {
  const engine = openSchemaEngine(source);
  const { schema } = source.scope;
  const renameSchemas = new Map(schema === target.scope.schema ? [] : [[schema, target.scope.schema]]);
  const { signal } = setting.context;
  const select = (tables: readonly QualifiedName[] | null) =>
    engine.define({ tables, schemas: [schema], renameSchemas, signal });
  try {
    if (source.tables.kind === "named")
      return await select(
        source.tables.names.map(({ schema: named, name }) => ({ schema: named ?? schema, name })),
      );
    const whole = await select(null);
    const patterns = input.tables;
    if (patterns.length === 0) return whole;
    const fits = (table: QualifiedName) => patterns.some((pattern) => matchesPattern(table, pattern));
    return await select((whole.tables ?? []).filter(fits).map(({ name }) => ({ schema, name })));
  } finally {
    await engine.close();
  }
}
