import type { PatchEndpoint, PatchHeader, PatchTable } from "../patch.ts";
import { parsePatchTableName } from "../table-name.ts";
import { damaged, type FilePosition, unsupported } from "./file-position.ts";
import { JsonNumber, type JsonObject } from "./json-cursor.ts";
import { JsonFields } from "./json-fields.ts";
import { sortedJson } from "./sorted-json.ts";

export const PATCH_FORMAT = "syncline-patch";
export const PATCH_VERSION = 1;

/** Names of the document's own members that belong to the header; `destination` is the older word for `target`. */
export const HEADER_NAMES = [
  "format",
  "version",
  "id",
  "created_at",
  "source",
  "target",
  "destination",
  "metadata",
  "base",
  "tables",
];

/** Stands for the row hash algorithm in patches that do not say which one they used. */
export const UNKNOWN_HASH = "none";

const METADATA_NAMES = [
  "created_by",
  "filter",
  "ignore_fields",
  "fields",
  "scope",
  "complete",
  "hash",
  "inverts",
];

/** The header as the document's first members, without braces. */
export function encodeHeader(header: PatchHeader): string {
  const { metadata } = header;
  return [
    `"format":${JSON.stringify(header.format)}`,
    `"version":${header.version}`,
    `"id":${JSON.stringify(header.id)}`,
    `"created_at":${JSON.stringify(header.createdAt)}`,
    `"source":${encodeEndpoint(header.source)}`,
    `"target":${encodeEndpoint(header.target)}`,
    `"metadata":{"created_by":${JSON.stringify(metadata.createdBy)},"filter":${sortedJson(metadata.filter)}` +
      `,"ignore_fields":${JSON.stringify(metadata.ignoreFields)},"fields":${JSON.stringify(metadata.fields)}` +
      `,"scope":${sortedJson(metadata.scope)},"complete":${metadata.complete}` +
      `,"inverts":${JSON.stringify(metadata.inverts)}}`,
    `"base":${sortedJson(header.base)}`,
    `"tables":[${header.tables.map(encodeTable).join(",")}]`,
  ].join(",");
}

function encodeEndpoint(endpoint: PatchEndpoint): string {
  const version = endpoint.version === undefined ? "" : `,"version":${JSON.stringify(endpoint.version)}`;
  return `{"locator":${JSON.stringify(endpoint.locator)}${version}}`;
}

function encodeTable(table: PatchTable): string {
  return JSON.stringify({
    name: table.name,
    columns: table.columns,
    key: table.key,
    fingerprint: table.fingerprint,
  });
}

/** Reads the header's members; throws `file.damaged`, or `file.unsupported` for another format or version. */
export function decodeHeader(members: JsonObject, at: FilePosition): PatchHeader {
  const fields = new JsonFields(members, at);
  checkFormat(fields, at);
  if (fields.has("target") && fields.has("destination")) {
    throw damaged(at, '"target" and "destination", two names of one thing, stand together');
  }
  return {
    format: PATCH_FORMAT,
    version: PATCH_VERSION,
    id: nonEmpty(fields, "id"),
    createdAt: fields.string("created_at"),
    source: decodeEndpoint(fields, "source"),
    target: decodeEndpoint(fields, fields.has("destination") ? "destination" : "target"),
    metadata: decodeMetadata(fields.object("metadata")),
    base: fields.plain("base"),
    tables: decodeTables(fields, at),
  };
}

function checkFormat(fields: JsonFields, at: FilePosition): void {
  if (fields.get("format") !== PATCH_FORMAT) {
    throw unsupported(
      at,
      `"format" is not "${PATCH_FORMAT}", so this is no patch`,
      "Name a file that syncline diff --output wrote.",
    );
  }
  const version = fields.get("version");
  if (!(version instanceof JsonNumber) || version.digits !== String(PATCH_VERSION)) {
    throw unsupported(
      at,
      `"version" is not ${PATCH_VERSION}, the only one that this program reads`,
      "Use the version of Syncline that made the patch, or a newer one.",
    );
  }
}

function nonEmpty(fields: JsonFields, name: string): string {
  const text = fields.string(name);
  if (text === "") throw fields.wrong(name, "a name that is not empty");
  return text;
}

function decodeEndpoint(fields: JsonFields, name: string): PatchEndpoint {
  const value = fields.get(name);
  if (typeof value === "string") return { locator: value };
  const endpoint = fields.object(name);
  endpoint.only(["locator", "version"]);
  const version = endpoint.optionalString("version");
  return { locator: endpoint.string("locator"), ...(version === null ? {} : { version }) };
}

function decodeMetadata(fields: JsonFields): PatchHeader["metadata"] {
  fields.only(METADATA_NAMES);
  const scope = fields.plain("scope") ?? {};
  if (typeof scope !== "object" || Array.isArray(scope)) throw fields.wrong("scope", "an object");
  return {
    createdBy: fields.optionalString("created_by"),
    filter: fields.plain("filter"),
    ignoreFields: fields.has("ignore_fields") ? fields.strings("ignore_fields") : [],
    fields: (fields.get("fields") ?? null) === null ? null : fields.strings("fields"),
    scope: scope as Readonly<Record<string, unknown>>,
    complete: fields.boolean("complete"),
    hash: fields.optionalString("hash") ?? UNKNOWN_HASH,
    inverts: fields.optionalString("inverts"),
  };
}

export function decodeTables(fields: JsonFields, at: FilePosition): readonly PatchTable[] {
  const tables = fields.objects("tables").map((table) => decodeTable(table));
  const names = new Set(tables.map((table) => table.name));
  if (names.size !== tables.length) throw damaged(at, '"tables" names one table twice');
  return tables;
}

function decodeTable(fields: JsonFields): PatchTable {
  fields.only(["name", "columns", "key", "fingerprint"]);
  const columns = fields.array("columns").map((pair, index) => {
    const [name, type] = Array.isArray(pair) ? pair : [];
    const good =
      Array.isArray(pair) &&
      pair.length === 2 &&
      typeof name === "string" &&
      name !== "" &&
      typeof type === "string";
    if (!good) throw fields.wrong(`columns[${index}]`, "a pair of name and type");
    return [name, type] as const;
  });
  const names = new Set(columns.map(([name]) => name));
  if (names.size !== columns.length) throw fields.wrong("columns", "without a repeated column");
  const key = fields.strings("key");
  if (new Set(key).size !== key.length || !key.every((column) => names.has(column))) {
    throw fields.wrong("key", "a list of its columns, each once");
  }
  const name = fields.string("name");
  if (parsePatchTableName(name) === undefined)
    throw fields.wrong("name", "a table's name, in double quotes where it is odd");
  return { name, columns, key, fingerprint: fields.string("fingerprint") };
}
