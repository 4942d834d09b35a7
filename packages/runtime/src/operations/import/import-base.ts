import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { CodedError } from "@syncline/core";
import type { MoveInput } from "@syncline/engine";
import { openAnyEndpoint, openRowsEndpoint } from "../../endpoint-registry.ts";
import { type Place, resolveAnyPlace } from "../../place.ts";
import type { ImportRun } from "./import-run.ts";
import { openImport } from "./open-import.ts";

/** The common ancestor of a three-way merge: an export file, a pulled directory or a database. */
export async function importBase(
  { setting, input, say }: ImportRun,
  target: Place,
): Promise<MoveInput["openBase"]> {
  const { base } = input;
  if (base === null) return null;
  const path = resolve(setting.folder, base);
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) {
    const wanted = { ...input, file: { path, label: base }, signers: [] };
    const opened = await openImport(setting, wanted, { mayDelete: false, say });
    if (opened.kind === "rows")
      return () => openRowsEndpoint({ files: opened.files, label: opened.files.label, beside: target });
    throw new CodedError("usage.invalid", "An SQL file cannot be a base.", {
      hint: "Use an export in yaml, json or ndjson, a pulled directory or a database.",
    });
  }
  const at = { folder: setting.folder, signal: setting.context.signal };
  const place = await resolveAnyPlace(setting.workspace, base, at);
  return () => openAnyEndpoint(place, { kind: "live", place: target });
}
