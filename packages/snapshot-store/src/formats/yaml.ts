import type { FileRow, FileTable } from "@syncline/engine";
import { type ColumnPlan, planColumns } from "./column-plan.ts";
import { encodeLines } from "./encode-lines.ts";
import { RowBatcher } from "./row-batcher.ts";
import type { ReadRowsRequest, RowFormatCodec, RowFormatWriter, WrittenRow } from "./row-format.ts";
import { YamlItemReader } from "./yaml-item.ts";
import { readYamlItems, YAML_END } from "./yaml-items.ts";
import { yamlKey, yamlValue } from "./yaml-scalars.ts";

const NOTHING = new Uint8Array();

/** A list of mappings, one a row, and a mark at its end. */
export const yamlFormat: RowFormatCodec = {
  format: "yaml",
  suffix: ".yaml",
  createWriter: (table) => new YamlWriter(table),
  read: readYaml,
};

/** Rows as items of a list; shared with exports, whose lists stand in a document of their own. */
export function yamlRowEncoder(table: FileTable): (row: WrittenRow) => string {
  const { names, forms } = planColumns(table);
  const keys = names.map((name) => `${yamlKey(name)}: `);
  return (row) => {
    let text = "";
    for (let index = 0; index < keys.length; index += 1) {
      const value = row[index];
      if (value === undefined) continue;
      text += `${text === "" ? "- " : "  "}${keys[index]}${yamlValue(forms[index], value)}\n`;
    }
    return text === "" ? "- {}\n" : text;
  };
}

class YamlWriter implements RowFormatWriter {
  readonly #encode: (row: WrittenRow) => string;
  #empty = true;

  constructor(table: FileTable) {
    this.#encode = yamlRowEncoder(table);
  }

  begin(): Uint8Array {
    return NOTHING;
  }

  rows(batch: readonly WrittenRow[]): Iterable<Uint8Array> {
    if (batch.length > 0) this.#empty = false;
    return encodeLines(batch, this.#encode);
  }

  end(): Uint8Array {
    return Buffer.from(this.#empty ? "[]\n" : `${YAML_END}\n`);
  }
}

async function* readYaml({
  source,
  table,
  referenced,
  signal,
}: ReadRowsRequest): AsyncGenerator<readonly FileRow[]> {
  const plan: ColumnPlan = planColumns(table);
  const reader = new YamlItemReader(source.name, plan);
  const batch = new RowBatcher();
  for await (const item of readYamlItems(source, signal)) {
    batch.add({ values: reader.read(item), line: item.line, referenced }, item.text.length);
    if (batch.full) yield batch.take();
  }
  if (!batch.empty) yield batch.take();
}
