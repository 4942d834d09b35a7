import { filterToJson } from "@syncline/core";
import { buildPatch, type DiffResult, type PatchFiles, type WrittenPatch } from "@syncline/engine";
import { createSha256 } from "../../files/index.ts";
import type { OperationSetting } from "../contract.ts";
import { mayStop } from "./comparison.ts";
import type { OpenedDiff } from "./open-diff.ts";

/** Where a patch goes. */
export interface PatchPlace {
  readonly path: string;
  readonly overwrite: boolean;
  readonly files: PatchFiles;
}

/** Turns a running comparison, opened with `images: "all"`, into a patch file. On any failure no file is left. */
export function buildDiffPatch(
  { context }: OperationSetting,
  opened: OpenedDiff,
  place: PatchPlace,
): Promise<WrittenPatch & { readonly result: DiffResult }> {
  const { source, target, options, run } = opened;
  return buildPatch({
    ctx: context,
    run,
    source: source.place.label,
    target: target.place.label,
    metadata: patchMetadata(opened),
    mayStop: mayStop(options),
    ...place,
    createDigest: createSha256,
  });
}

function patchMetadata({ target, options }: OpenedDiff) {
  const filter =
    options.filter === null ? null : filterToJson(options.filter as Parameters<typeof filterToJson>[0]);
  return {
    filter,
    ignoreFields: options.ignoreFields,
    fields: options.fields,
    scope: {
      tenant: target.kind === "live" ? target.place.tenant : null,
      tables: target.kind === "directory" || target.place.tables.kind === "all" ? "*" : target.place.label,
      patterns: options.tablePatterns,
      filter,
    },
  };
}
