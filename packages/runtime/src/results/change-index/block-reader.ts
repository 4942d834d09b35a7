import type { DatabaseSync, StatementSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";
import { blockText, isCut, recordsOfText } from "./block-codec.ts";
import { type ChangeRecord, FIRST_VALUE } from "./change-record.ts";

/** Where a block lies. */
export interface Zone {
  readonly block: number;
  readonly firstRank: number;
  readonly changes: number;
  readonly table: number;
}

export class Block implements Zone {
  readonly block: number;
  readonly firstRank: number;
  readonly changes: number;
  readonly table: number;
  readonly text: string;
  #records: ChangeRecord[] | undefined;

  constructor(zone: Zone, body: Uint8Array) {
    this.block = zone.block;
    this.firstRank = zone.firstRank;
    this.changes = zone.changes;
    this.table = zone.table;
    this.text = blockText(body);
  }

  records(): readonly ChangeRecord[] {
    this.#records ??= recordsOfText(this.text);
    return this.#records;
  }
}

const ZONE = "block, first_rank, changes, tbl";
const KEPT_BLOCKS = 4;

/** Finds and decodes blocks; keeps the few that were asked for last. */
export class BlockReader {
  readonly #byRank: StatementSync;
  readonly #byBlock: StatementSync;
  readonly #byKey: StatementSync;
  readonly #all: StatementSync;
  readonly #body: StatementSync;
  readonly #long: StatementSync;
  readonly #kept = new Map<number, Block>();

  constructor(database: DatabaseSync) {
    this.#byRank = database.prepare(
      `SELECT ${ZONE} FROM zones WHERE first_rank <= ? ORDER BY first_rank DESC LIMIT 1`,
    );
    this.#byBlock = database.prepare(`SELECT ${ZONE} FROM zones WHERE block = ?`);
    this.#byKey = database.prepare(
      `SELECT ${ZONE} FROM zones WHERE tbl = ? AND first_key < ? ORDER BY first_key DESC, block DESC LIMIT 1`,
    );
    this.#all = database.prepare(`SELECT ${ZONE} FROM zones ORDER BY block`);
    this.#body = database.prepare("SELECT body FROM blocks WHERE block = ?");
    this.#long = database.prepare("SELECT body FROM long_values WHERE rank = ? AND field = ?");
  }

  zoneOfRank(rank: number): Zone | undefined {
    return zoneOf(this.#byRank.get(rank));
  }

  zone(block: number): Zone | undefined {
    return zoneOf(this.#byBlock.get(block));
  }

  /** The last block of the table that begins before the key. */
  zoneBefore(table: number, key: Uint8Array): Zone | undefined {
    return zoneOf(this.#byKey.get(table, key));
  }

  read(zone: Zone): Block {
    const kept = this.#kept.get(zone.block);
    if (kept !== undefined) return kept;
    const block = new Block(zone, this.#body.get(zone.block)?.["body"] as Uint8Array);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < KEPT_BLOCKS) break;
      this.#kept.delete(oldest);
    }
    this.#kept.set(zone.block, block);
    return block;
  }

  *blocks(): Generator<Block> {
    for (const row of this.#all.iterate()) {
      const zone = zoneOf(row);
      if (zone !== undefined) yield new Block(zone, this.#body.get(zone.block)?.["body"] as Uint8Array);
    }
  }

  /** The record with its long values in place. */
  whole(record: ChangeRecord, rank: number): ChangeRecord {
    let whole: string[] | undefined;
    for (let field = FIRST_VALUE; field < record.length; field += 1) {
      if (!isCut(record[field] ?? "")) continue;
      whole ??= [...record];
      whole[field] = this.longValue(rank, field);
    }
    return whole ?? record;
  }

  longValue(rank: number, field: number): string {
    const body = this.#long.get(rank, field)?.["body"] as Uint8Array;
    return zstdDecompressSync(body).toString();
  }
}

function zoneOf(row: Record<string, unknown> | undefined): Zone | undefined {
  if (row === undefined) return undefined;
  return {
    block: Number(row["block"]),
    firstRank: Number(row["first_rank"]),
    changes: Number(row["changes"]),
    table: Number(row["tbl"]),
  };
}
