import { filterToJson, type PatchHeader } from "@syncline/core";
import {
  buildPatch,
  type DiffResult,
  type PatchFiles,
  patchHeader,
  type WrittenPatch,
} from "@syncline/engine";
import { createSha256 } from "../../files/index.ts";
import type { OperationSetting } from "../contract.ts";
import { mayStop } from "./comparison.ts";
import type { OpenedDiff } from "./open-diff.ts";
import type { PreparedDiff } from "./prepare-diff.ts";

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
  return buildPatch({
    ctx: context,
    run: opened.run,
    ...headerParts(opened),
    mayStop: mayStop(opened.options),
    ...place,
    createDigest: createSha256,
  });
}

/** The header that the comparison's patch gets, with a new id. */
export function diffHeader(
  { context }: OperationSetting,
  prepared: PreparedDiff,
  run: Pick<OpenedDiff["run"], "tables" | "versions">,
): PatchHeader {
  return patchHeader({ ctx: context, run, ...headerParts(prepared) });
}

function headerParts(prepared: PreparedDiff) {
  const { source, target } = prepared;
  return { source: source.place.label, target: target.place.label, metadata: patchMetadata(prepared) };
}

function patchMetadata({ target, options }: PreparedDiff) {
  const filter =
    options.filter === null ? null : filterToJson(options.filter as Parameters<typeof filterToJson>[0]);
  return {
    filter,
    ignoreFields: options.ignoreFields,
    fields: options.fields,
    scope: {
      tenant: target.kind === "live" ? target.place.tenant : null,
      tables: target.kind !== "live" || target.place.tables.kind === "all" ? "*" : target.place.label,
      patterns: options.tablePatterns,
      filter,
    },
  };
}
