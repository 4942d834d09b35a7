import { csvFormat } from "./csv.ts";
import { jsonFormat } from "./json.ts";
import { ndjsonFormat } from "./ndjson.ts";
import type { RowFormatCodec, TableRowFormat } from "./row-format.ts";
import { yamlFormat } from "./yaml.ts";

/** Every format of rows; a new one is a file and a line here. */
export const ROW_FORMAT_CODECS: ReadonlyMap<string, RowFormatCodec> = new Map(
  [ndjsonFormat, jsonFormat, yamlFormat, csvFormat].map((codec) => [codec.format, codec]),
);

export function rowFormatCodec(format: TableRowFormat): RowFormatCodec {
  const codec = ROW_FORMAT_CODECS.get(format);
  if (codec === undefined) throw new TypeError(`no codec for ${format}`);
  return codec;
}

export * from "./row-format.ts";
