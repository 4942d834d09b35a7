import { type CodedError, parsePatchTableName } from "@syncline/core";
import { damaged, type FilePosition, JsonCursor, JsonFields, unsupported } from "@syncline/core/codec";
import type { FileColumn, FileScope, FileTable } from "@syncline/engine";
import { ROW_FORMAT_CODECS, type TableRowFormat } from "../formats/index.ts";
import { filesOf, MANIFEST_FILE, type Manifest, type ManifestFile, type ManifestTable } from "./manifest.ts";

const MAX_DEPTH = 64;
const HINT = "Correct the manifest, or pull the directory again.";
const FILE_NAME = /^[^/\\\0:]{1,255}$/;

/**
 * Reads a manifest; refuses another format or version, unknown names, and files outside the directory.
 * @throws CodedError `file.damaged`, `file.unsupported`
 */
export function decodeManifest(text: string, path: string): Manifest {
  const at: FilePosition = { file: path, line: 1 };
  const cursor = new JsonCursor(text.replace(/^\ufeff/, ""), at, HINT);
  const fields = new JsonFields(cursor.object(MAX_DEPTH), at);
  cursor.expectEnd();
  checkKind(fields, at);
  fields.only(["format", "version", "created_at", "source", "rows", "scope", "definitions", "tables"]);
  const source = fields.object("source");
  const manifest: Manifest = {
    createdAt: fields.string("created_at"),
    source: { locator: source.string("locator"), version: source.optionalString("version") },
    format: rowFormat(fields, at),
    scope: fields.get("scope") === null ? null : decodeScope(fields.object("scope")),
    definitions:
      fields.get("definitions") === null ? null : decodeDefinitions(fields.object("definitions"), at),
    tables: fields.objects("tables").map((table) => decodeTable(table, at)),
  };
  checkDistinct(manifest, at);
  return manifest;
}

function checkKind(fields: JsonFields, at: FilePosition): void {
  if (fields.get("format") !== "syncline-directory")
    throw damaged(at, '"format" must be "syncline-directory"', HINT);
  const version = fields.count("version");
  if (version !== 1)
    throw unsupported(
      at,
      `version ${version} of the format is not known, expected 1`,
      "Use a newer syncline.",
    );
}

function rowFormat(fields: JsonFields, at: FilePosition): TableRowFormat {
  const format = fields.string("rows");
  const codec = ROW_FORMAT_CODECS.get(format);
  if (codec === undefined)
    throw damaged(at, `"rows" must be one of ${[...ROW_FORMAT_CODECS.keys()].join(", ")}`, HINT);
  return codec.format;
}

export function decodeScope(fields: JsonFields): FileScope {
  fields.only(["tenant", "tables", "filter", "dataset", "complete"]);
  return {
    tenant: fields.optionalString("tenant"),
    tables: fields.strings("tables"),
    filter: fields.plain("filter"),
    dataset: fields.get("dataset") === null ? null : decodeDataset(fields.object("dataset")),
    complete: fields.boolean("complete"),
  };
}

function decodeDataset(fields: JsonFields): NonNullable<FileScope["dataset"]> {
  fields.only(["name", "root", "selection"]);
  return { name: fields.string("name"), root: fields.string("root"), selection: fields.plain("selection") };
}

function decodeDefinitions(fields: JsonFields, at: FilePosition) {
  fields.only(["file", "sha256"]);
  return { file: fileName(fields, at), sha256: fields.string("sha256") };
}

function decodeTable(fields: JsonFields, at: FilePosition): ManifestTable {
  fields.only(["name", "file", "rows", "sha256", "referenced", "key", "fingerprint", "columns"]);
  const referenced = fields.get("referenced") ?? null;
  return {
    table: decodeFileTable(fields, at),
    ...decodeFile(fields, at),
    referenced: referenced === null ? null : decodeFile(fields.object("referenced"), at),
  };
}

/** What a file says of a table, in a manifest or in a file of its own. */
export function decodeFileTable(fields: JsonFields, at: FilePosition): FileTable {
  const table: FileTable = {
    name: fields.string("name"),
    columns: fields
      .array("columns")
      .map((column, index) =>
        decodeColumn(column, fields.wrong(`columns[${index}]`, 'a name and a type, like ["id", "integer"]')),
      ),
    key: fields.strings("key"),
    fingerprint: fields.optionalString("fingerprint"),
  };
  if (parsePatchTableName(table.name) === undefined)
    throw damaged(at, 'a table\'s name is not written like users, billing.invoices or "odd name"', HINT);
  const names = new Set(table.columns.map(({ name }) => name));
  if (names.size !== table.columns.length)
    throw damaged(at, `table "${table.name}" lists a column twice`, HINT);
  if (new Set(table.key).size !== table.key.length || !table.key.every((name) => names.has(name)))
    throw damaged(at, `the key of table "${table.name}" must name distinct columns of it`, HINT);
  return table;
}

function decodeColumn(column: unknown, wrong: CodedError): FileColumn {
  if (!Array.isArray(column) || column.length !== 2) throw wrong;
  const [name, type] = column as unknown[];
  if (typeof name !== "string" || name === "" || (typeof type !== "string" && type !== null)) throw wrong;
  return { name, type };
}

function decodeFile(fields: JsonFields, at: FilePosition): ManifestFile {
  return { file: fileName(fields, at), rows: fields.count("rows"), sha256: fields.string("sha256") };
}

/** A plain name, so that nothing outside the directory is ever read, replaced or removed. */
function fileName(fields: JsonFields, at: FilePosition): string {
  const name = fields.string("file");
  if (FILE_NAME.test(name) && !name.startsWith(".") && name.toLowerCase() !== MANIFEST_FILE) return name;
  throw damaged(at, "a file's name must be a plain name in the directory, without folders", HINT);
}

function checkDistinct(manifest: Manifest, at: FilePosition): void {
  const tables = new Set(manifest.tables.map(({ table }) => table.name));
  if (tables.size !== manifest.tables.length) throw damaged(at, "a table is listed twice", HINT);
  const files = filesOf(manifest);
  if (new Set(files.map((file) => file.toLowerCase())).size !== files.length)
    throw damaged(at, "a file is listed twice", HINT);
}
