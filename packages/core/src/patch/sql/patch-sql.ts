import type { PatchFile } from "../codec/patch-reader.ts";
import { sqlScript } from "./sql-script.ts";

/** A whole patch, or a part or the inverse of one, which has no hash of its own. */
export type ScriptedPatch = Pick<PatchFile, "header" | "operations"> & { readonly hash?: string };

/** A patch as an SQL script; reads the operations three times, so memory does not grow with them. */
export function patchSql(patch: ScriptedPatch): AsyncIterable<string> {
  const { header } = patch;
  return sqlScript({
    about: [
      `Patch ${header.id} of ${header.createdAt}: makes ${header.target.locator} equal to ${header.source.locator}.`,
      ...(patch.hash === undefined ? [] : [`Content sha256:${patch.hash}`]),
      ...USAGE,
    ],
    tables: header.tables,
    async *operations(op) {
      for await (const batch of patch.operations()) {
        const chosen = batch.filter((operation) => operation.op === op);
        if (chosen.length > 0) yield chosen;
      }
    },
  });
}

export const USAGE: readonly string[] = [
  "Run it with: psql -v ON_ERROR_STOP=1 -f FILE",
  "Names without a schema are found through the search_path. Foreign keys are not sorted: syncline patch does that.",
];
