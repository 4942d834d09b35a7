import type { PatchCounts, PatchFooter, PatchTable } from "../patch.ts";
import { damaged, type FilePosition } from "./file-position.ts";
import type { JsonObject } from "./json-cursor.ts";
import { JsonFields } from "./json-fields.ts";

export const FOOTER_NAMES = ["summary", "checksum"];

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The closing line up to where the digest of the content goes; see `encodeContentDigest`. */
export function encodeFooterStart(footer: PatchFooter, hash: string): string {
  const { summary, checksum } = footer;
  const counts = (of: PatchCounts) =>
    `"inserts":${of.inserts},"updates":${of.updates},"deletes":${of.deletes}`;
  const tables = summary.tables
    .map((table) => `{"name":${JSON.stringify(table.name)},${counts(table)}}`)
    .join(",");
  return (
    `],"summary":{${counts(summary)},"tables":[${tables}]}` +
    `,"checksum":{"hash":${JSON.stringify(hash)},"source":${JSON.stringify(checksum.source)},"target":${JSON.stringify(checksum.target)}` +
    `,"tables":${JSON.stringify(checksum.tables.map(({ name, source, target }) => ({ name, source, target })))}` +
    `,"operations":${JSON.stringify(checksum.operations)}`
  );
}

export const FOOTER_END = "}}\n";

export function encodeContentDigest(content: string): string {
  return `,"content":${JSON.stringify(content)}`;
}

/** Reads the closing members; `hash` is the id of the row hash algorithm, known only at the end of a comparison. */
export function decodeFooter(
  members: JsonObject,
  tables: readonly PatchTable[],
  at: FilePosition,
): { readonly footer: PatchFooter; readonly hash: string | null } {
  const fields = new JsonFields(members, at);
  const summary = fields.object("summary");
  const checksum = fields.object("checksum");
  summary.only(["inserts", "updates", "deletes", "tables"]);
  checksum.only(["hash", "source", "target", "tables", "operations", "content"]);
  const content = checksum.optionalString("content");
  if (!DIGEST.test(checksum.string("operations")))
    throw checksum.wrong("operations", "sha256: and 64 hexadecimal digits");
  if (content !== null && !DIGEST.test(content))
    throw checksum.wrong("content", "sha256: and 64 hexadecimal digits");
  const footer = {
    summary: { ...decodeCounts(summary), tables: decodeTableCounts(summary, tables, at) },
    checksum: {
      source: checksum.optionalString("source"),
      target: checksum.optionalString("target"),
      tables: checksum.has("tables") ? decodeTableChecksums(checksum) : [],
      operations: checksum.string("operations"),
      content,
    },
  };
  return { footer, hash: checksum.optionalString("hash") };
}

function decodeCounts(fields: JsonFields): PatchCounts {
  return {
    inserts: fields.count("inserts"),
    updates: fields.count("updates"),
    deletes: fields.count("deletes"),
  };
}

function decodeTableCounts(fields: JsonFields, tables: readonly PatchTable[], at: FilePosition) {
  const counts = fields.objects("tables").map((table) => {
    table.only(["name", "inserts", "updates", "deletes"]);
    return { name: table.string("name"), ...decodeCounts(table) };
  });
  const same =
    counts.length === tables.length && counts.every((count, index) => count.name === tables[index]?.name);
  if (!same) throw damaged(at, '"summary.tables" does not list the tables of "tables"');
  return counts;
}

function decodeTableChecksums(fields: JsonFields): PatchFooter["checksum"]["tables"] {
  return fields.objects("tables").map((table) => {
    table.only(["name", "source", "target"]);
    return {
      name: table.string("name"),
      source: table.optionalString("source"),
      target: table.optionalString("target"),
    };
  });
}
