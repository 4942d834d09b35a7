import { CodedError, type PatchOperation, type PatchTable } from "@syncline/core";
import type { Block, BlockReader } from "./block-reader.ts";
import type { IndexEntry, TableCounts } from "./block-writer.ts";
import { type ChangeRecord, keyOfRecord, RecordCodec } from "./change-record.ts";
import type { TableMeta } from "./index-meta.ts";
import { isNumber, sortKey } from "./sort-key.ts";

interface TableCodec {
  readonly place: number;
  readonly record: RecordCodec;
  readonly numbers: readonly boolean[];
  mostDigits: number;
}

/** Which key columns sort by size. */
export function numberColumns(table: PatchTable): readonly boolean[] {
  const types = new Map(table.columns);
  return table.key.map((column) => isNumber(types.get(column) ?? ""));
}

/** Operations as entries of an index. */
export class EntryCodec {
  readonly #tables: readonly TableCodec[];
  readonly #byName: ReadonlyMap<string, TableCodec>;

  constructor(tables: readonly PatchTable[]) {
    this.#tables = tables.map((table, place) => ({
      place,
      record: new RecordCodec(table),
      numbers: numberColumns(table),
      mostDigits: 0,
    }));
    this.#byName = new Map(this.#tables.map((codec) => [codec.record.table.name, codec]));
  }

  get columns(): readonly number[] {
    return this.#tables.map(({ record }) => record.table.columns.length);
  }

  encode(operation: PatchOperation): IndexEntry {
    const codec = this.#byName.get(operation.table);
    if (codec === undefined)
      throw new CodedError("internal", `The patch's header has no table "${operation.table}".`);
    const record = codec.record.encode(operation);
    return { table: codec.place, key: keyBytes(codec, record), record };
  }

  /** Entries of a block that was written before, whole. */
  *entriesOf(block: Block, reader: BlockReader): Generator<IndexEntry> {
    const codec = this.#tables[block.table];
    if (codec === undefined) return;
    for (const [at, cut] of block.records().entries()) {
      const record = reader.whole(cut, block.firstRank + at);
      yield { table: block.table, key: keyBytes(codec, record), record };
    }
  }

  tableMeta(place: number, { firstRank, kinds, columns }: TableCounts): TableMeta[] {
    const codec = this.#tables[place];
    if (codec === undefined) return [];
    return [
      {
        place,
        table: codec.record.table,
        firstRank,
        endRank: firstRank + kinds.insert + kinds.update + kinds.delete,
        inserts: kinds.insert,
        updates: kinds.update,
        deletes: kinds.delete,
        changed: [...columns].sort(([a], [b]) => a - b),
        mostDigits: codec.mostDigits,
      },
    ];
  }
}

function keyBytes(codec: TableCodec, record: ChangeRecord): Uint8Array {
  const { numbers, record: table } = codec;
  const key = keyOfRecord(record, table.table.key.length);
  for (const [at, value] of key.entries())
    if (numbers[at] === true && value.length > codec.mostDigits) codec.mostDigits = value.length;
  return Buffer.from(sortKey(key, numbers));
}
