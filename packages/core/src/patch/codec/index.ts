/** Lossless reading and writing of values in files; for the adapters that read and write other files of rows. */
export { type ColumnForm, columnForm } from "./column-codec.ts";
export { readValue } from "./decode-operation.ts";
export { encodeValue } from "./encode-operation.ts";
export { damaged, type FilePosition, unsupported } from "./file-position.ts";
export { JsonCursor, JsonNumber, type JsonObject, type JsonValue } from "./json-cursor.ts";
export { JsonFields } from "./json-fields.ts";
export { jsonText } from "./json-text.ts";
