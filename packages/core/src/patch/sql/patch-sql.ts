import type { PatchFile } from "../codec/patch-reader.ts";
import { sqlScript } from "./sql-script.ts";

/** A whole patch, or a part or the inverse of one, which has no hash of its own. */
export type ScriptedPatch = Pick<PatchFile, "header" | "operations"> & { readonly hash?: string };

/** A patch as an SQL script; reads the operations three times, so memory does not grow with them. */
export function patchSql(patch: ScriptedPatch): AsyncIterable<string> {
  const { header } = patch;
  return sqlScript({
    about: aboutPatch(patch),
    tables: header.tables,
    async *operations(op) {
      for await (const batch of patch.operations()) {
        const chosen = batch.filter((operation) => operation.op === op);
        if (chosen.length > 0) yield chosen;
      }
    },
  });
}

/** Lines for the top of its script. */
export function aboutPatch({ header, hash }: Pick<ScriptedPatch, "header" | "hash">): readonly string[] {
  return [
    `Patch ${header.id} of ${header.createdAt}: makes ${header.target.locator} equal to ${header.source.locator}.`,
    ...(hash === undefined ? [] : [`Content sha256:${hash}`]),
    ...USAGE,
  ];
}

export const USAGE: readonly string[] = [
  "Run it with: psql -v ON_ERROR_STOP=1 -f FILE",
  "Names without a schema are found through the search_path. Foreign keys are not sorted: syncline patch does that.",
];
