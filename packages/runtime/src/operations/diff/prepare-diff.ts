import type { FilterDocument } from "@syncline/core";
import type { DiffOptions } from "@syncline/engine";
import { openRowDirectory } from "../../endpoint-registry.ts";
import { type AnyPlace, resolveAnyPlace } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";
import { assertWholeTables, directoryFilter } from "../rows/directory-scope.ts";
import { leavesTablesOut, masksOf, withMasks } from "../rows/masks.ts";
import { assertWholeFiles } from "../rows/whole-files.ts";
import { type ComparisonInput, comparisonOptions } from "./comparison.ts";

/** A comparison whose places and rows are known; nothing is connected yet. */
export interface PreparedDiff {
  readonly source: AnyPlace;
  readonly target: AnyPlace;
  readonly options: DiffOptions;
}

export interface DiffHooks {
  /** Something worth knowing, for people. */
  readonly say?: (message: string) => void;
}

type Sides = Pick<PreparedDiff, "source" | "target">;

/**
 * Finds the places, and which of their rows take part.
 * @throws CodedError `locator.invalid`, `server.not_found`, `config.*`, `file.*`, `usage.invalid`
 */
export async function prepareDiff(
  setting: OperationSetting,
  input: ComparisonInput,
  { say }: DiffHooks = {},
): Promise<PreparedDiff> {
  const { workspace, folder, context } = setting;
  const where = { folder, signal: context.signal };
  const sides = {
    source: await resolveAnyPlace(workspace, input.source, where),
    target: await resolveAnyPlace(workspace, input.target, where),
  };
  const filter = input.filter ?? (await pulledFilter(sides, say));
  await assertWholeSides(setting, sides, input);
  const partial = leavesTablesOut(input.tables, sides.source, sides.target);
  const masks = await masksOf(setting, input.mask, partial);
  return {
    ...sides,
    options: {
      ...comparisonOptions({ ...input, filter }, workspace.config),
      ...(hasDirectory(sides) ? { unpairedColumns: "keep" } : {}),
      ...withMasks(setting, masks),
    },
  };
}

/** Rows that the source lacks become deletes of a patch; rows that the target lacks only inserts. */
async function assertWholeSides(
  setting: OperationSetting,
  { source, target }: Sides,
  { forPatch, edited }: ComparisonInput,
): Promise<void> {
  for (const side of [source, target]) {
    if (side.kind !== "directory") continue;
    const mayDelete = side === source && forPatch;
    const files = await openRowDirectory(side.place);
    const other = side === source ? target : source;
    if (other.kind === "live")
      assertWholeTables(files, `syncline import ${files.label} '${other.place.label}' --dry-run`);
    await assertWholeFiles(setting, files, { mayDelete, edited });
  }
}

/** A directory may hold some of the columns only. */
function hasDirectory({ source, target }: Sides): boolean {
  return source.kind === "directory" || target.kind === "directory";
}

/** What a directory was pulled with holds for the comparison too: rows that it was never asked for are not missing. */
async function pulledFilter(
  { source, target }: Sides,
  say: DiffHooks["say"],
): Promise<FilterDocument | null> {
  for (const place of [source, target]) {
    if (place.kind !== "directory") continue;
    const filter = directoryFilter(await openRowDirectory(place.place));
    if (filter === null) continue;
    say?.(`"${place.place.label}" was pulled with a filter; only rows that match it are compared.`);
    return filter;
  }
  return null;
}
