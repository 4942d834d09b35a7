import { DatabaseSync } from "node:sqlite";
import { CodedError, isCodedError } from "@syncline/core";

/** Written into the file's header (`user_version`); another one is not read. */
export const INDEX_VERSION = 1;

/** Ranks per row of `bits`. */
export const CHUNK = 32_768;
/** Blocks per segment of `grams`. */
export const SEGMENT = 1_024;
/** Slots per row of `grams`. */
export const SLOTS_PER_PAGE = 16;

/**
 * Changes have ranks, 0 onwards, in the order of table and key, and lie in blocks in that order, so that a page is few
 * blocks. What filters ask is kept as one bit per rank (`bits`: by kind, by changed column of a table, in chunks); what
 * texts occur as one bit per block (`grams`: by slot, in segments). Long values lie apart.
 */
export const INDEX_SCHEMA = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE zones (
    block INTEGER PRIMARY KEY, first_rank INTEGER NOT NULL, changes INTEGER NOT NULL,
    tbl INTEGER NOT NULL, first_key BLOB NOT NULL
  );
  CREATE TABLE blocks (block INTEGER PRIMARY KEY, body BLOB NOT NULL);
  CREATE TABLE bits (name TEXT, chunk INTEGER, first_byte INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (name, chunk));
  CREATE TABLE grams (page INTEGER PRIMARY KEY, body BLOB NOT NULL);
  CREATE TABLE long_values (rank INTEGER, field INTEGER, body BLOB NOT NULL, PRIMARY KEY (rank, field));
`;

/** Made when all rows are there. */
export const INDEX_LOOKUPS = `
  CREATE INDEX zones_by_key ON zones (tbl, first_key, block);
  CREATE INDEX zones_by_rank ON zones (first_rank);
`;

export function gramPage(segment: number, slot: number): number {
  return segment * 65_536 + Math.floor(slot / SLOTS_PER_PAGE);
}

/** A new file: nothing survives a crash while it is built, and nothing needs to. */
export function createIndexDatabase(path: string): DatabaseSync {
  return guardIndex(path, () => {
    const database = new DatabaseSync(path);
    database.exec(
      `PRAGMA page_size=16384; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16000; PRAGMA locking_mode=EXCLUSIVE; PRAGMA user_version=${INDEX_VERSION};`,
    );
    database.exec(INDEX_SCHEMA);
    return database;
  });
}

export function openIndexDatabase(path: string): DatabaseSync {
  return guardIndex(path, () => {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      database.exec("PRAGMA cache_size=-8000; PRAGMA query_only=ON; PRAGMA trusted_schema=OFF;");
      const version = database.prepare("PRAGMA user_version").get()?.["user_version"];
      if (version !== INDEX_VERSION) throw unsupported(version);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

function unsupported(version: unknown): CodedError {
  return new CodedError(
    "file.unsupported",
    `The index of a result has version ${String(version)}; this release reads ${INDEX_VERSION}.`,
    { hint: "Run the comparison again, or read its patch file." },
  );
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** Errors of SQLite as ours, by result code. */
export function guardIndex<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw indexError(error, path);
  }
}

function indexError(error: unknown, path: string): unknown {
  const code = (error as { readonly errcode?: unknown }).errcode;
  if (isCodedError(error) || typeof code !== "number") return error;
  const kind = code & 0xff;
  if (kind === SQLITE_CORRUPT || kind === SQLITE_NOTADB)
    return new CodedError("file.damaged", `The index "${path}" is damaged.`, {
      hint: "Run the comparison again, or read its patch file.",
      cause: error,
    });
  return new CodedError("file.io_failed", `Cannot use the index "${path}": SQLite says ${code}.`, {
    hint: "Check the free space and the permissions there.",
    details: { sqliteCode: code },
    cause: error,
  });
}
