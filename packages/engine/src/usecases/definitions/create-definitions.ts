import { CodedError } from "@syncline/core";
import type { RunContext } from "../../ports/run-context.ts";
import type { DefinitionStatement, DefinitionTarget, SchemaDefinition } from "../../ports/schema-engine.ts";

export interface CreateDefinitionsInput {
  readonly ctx: RunContext;
  readonly definition: SchemaDefinition;
  readonly target: DefinitionTarget;
  readonly dryRun: boolean;
  /** Loads the rows between the two halves; not called in a dry run. */
  readonly load?: () => Promise<void>;
}

export interface CreateDefinitionsResult {
  /** Keys of objects that were made, such as `table:…`; in a dry run of those that would be. */
  readonly created: readonly string[];
  /** Keys of objects that were there already and stay as they are. */
  readonly kept: readonly string[];
  /** Of those, the ones whose definition differs. */
  readonly differing: readonly string[];
  readonly uncovered: readonly string[];
}

/**
 * Makes what is missing in a target: what rows need, then the rows, then the rest, each half in one transaction.
 * Whatever is there already stays as it is.
 * @throws CodedError `schema.mismatch` when a type that is there differs, so that rows might not fit
 */
export async function createDefinitions(input: CreateDefinitionsInput): Promise<CreateDefinitionsResult> {
  const { ctx, definition, target, dryRun } = input;
  const existing = await target.existing(ctx.signal);
  const pre = missing(definition.preData, definition.preObjects, existing);
  const post = missing(definition.postData, definition.postObjects, existing);
  const result = outcome(definition, existing);
  refuseOtherTypes(result.differing, target.label);
  for (const object of result.differing)
    ctx.warn(`${target.label}: ${object} is there with another definition; it stays.`);
  if (dryRun) {
    await target.run({ statements: [...pre, ...post], dryRun, signal: ctx.signal });
    return result;
  }
  await target.run({ statements: pre, dryRun, signal: ctx.signal });
  await input.load?.();
  await target.run({ statements: post, dryRun, signal: ctx.signal });
  return result;
}

function missing(
  statements: readonly string[],
  objects: readonly string[] | undefined,
  existing: ReadonlyMap<string, string>,
): DefinitionStatement[] {
  return statements
    .map((sql, index) => ({ sql, object: objects?.[index] ?? "" }))
    .filter(({ object }) => !existing.has(object));
}

function outcome(
  { preObjects, postObjects, digests, uncovered }: SchemaDefinition,
  existing: ReadonlyMap<string, string>,
): CreateDefinitionsResult {
  const objects = [...new Set([...(preObjects ?? []), ...(postObjects ?? [])])];
  const kept = objects.filter((object) => existing.has(object));
  return {
    created: objects.filter((object) => !existing.has(object)),
    kept,
    differing: kept.filter((object) => digests?.has(object) && digests.get(object) !== existing.get(object)),
    uncovered,
  };
}

function refuseOtherTypes(differing: readonly string[], label: string): void {
  const types = differing.filter((object) => /^(type|domain):/.test(object));
  if (types.length === 0) return;
  throw new CodedError("schema.mismatch", `${label}: ${types.join(", ")} is there with another definition.`, {
    hint: "Make the definitions equal, or leave the tables that use it out.",
    details: { types },
  });
}
