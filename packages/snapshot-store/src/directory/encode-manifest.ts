import type { FileScope } from "@syncline/engine";
import type { Manifest, ManifestFile, ManifestTable } from "./manifest.ts";

/** The manifest as a person and `git diff` can read it: one column a line, always in the same order. */
export function encodeManifest(manifest: Manifest): string {
  const { definitions, scope } = manifest;
  const document = {
    format: "syncline-directory",
    version: 1,
    created_at: manifest.createdAt,
    source: manifest.source,
    rows: manifest.format,
    scope: scope === null ? null : encodeScope(scope),
    definitions,
    tables: manifest.tables.map(encodeTable),
  };
  return `${JSON.stringify(document, null, 2).replace(PAIR, "[$1, $2]")}\n`;
}

/** A column's name and type on one line; a bare line feed never stands inside a JSON string. */
const PAIR = /\[\n\s+("(?:[^"\\]|\\.)*"),\n\s+("(?:[^"\\]|\\.)*"|null)\n\s+\]/g;

function encodeScope({ tenant, tables, filter, dataset, complete }: FileScope) {
  return { tenant, tables, filter, dataset, complete };
}

function encodeTable({ table, referenced, ...file }: ManifestTable) {
  return {
    name: table.name,
    ...encodeFile(file),
    ...(referenced === null ? {} : { referenced: encodeFile(referenced) }),
    key: table.key,
    fingerprint: table.fingerprint,
    columns: table.columns.map(({ name, type }) => [name, type]),
  };
}

function encodeFile({ file, rows, sha256 }: ManifestFile) {
  return { file, rows, sha256 };
}
