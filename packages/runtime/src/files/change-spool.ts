import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { CodedError } from "@syncline/core";
import type { ChangeSpool } from "@syncline/engine";

/** Characters of keys and values that stay in memory. */
const IN_MEMORY = 4 * 1024 * 1024;
/** Rows written per transaction. */
const PER_TRANSACTION = 20_000;

/** Few changes stay in memory; more go to a temporary database file that only this user can read. */
export function createChangeSpool(inMemory: number = IN_MEMORY): ChangeSpool {
  return new SpillingSpool(inMemory);
}

class SpillingSpool implements ChangeSpool {
  readonly #inMemory: number;
  readonly #memory = new Map<number, Map<string, string>>();
  readonly #counts = new Map<number, number>();
  #size = 0;
  #disk: DiskSpool | null = null;

  constructor(inMemory: number) {
    this.#inMemory = inMemory;
  }

  put(table: number, key: string, value: string): void {
    if (this.#disk === null && this.#size > this.#inMemory) this.#spill();
    const isNew = this.#disk === null ? this.#remember(table, key, value) : this.#disk.put(table, key, value);
    if (isNew) this.#counts.set(table, this.count(table) + 1);
  }

  take(table: number, key: string): string | undefined {
    const value = this.#disk === null ? this.#forget(table, key) : this.#disk.take(table, key);
    if (value !== undefined) this.#counts.set(table, this.count(table) - 1);
    return value;
  }

  count(table: number): number {
    return this.#counts.get(table) ?? 0;
  }

  *left(table: number): Iterable<{ readonly key: string; readonly value: string }> {
    if (this.#disk !== null) yield* this.#disk.left(table);
    else for (const [key, value] of this.#memory.get(table) ?? []) yield { key, value };
  }

  close(): void {
    this.#memory.clear();
    this.#disk?.close();
  }

  #remember(table: number, key: string, value: string): boolean {
    const values = this.#memory.get(table) ?? new Map<string, string>();
    this.#memory.set(table, values);
    const isNew = !values.has(key);
    values.set(key, value);
    this.#size += key.length + value.length;
    return isNew;
  }

  #forget(table: number, key: string): string | undefined {
    const values = this.#memory.get(table);
    const value = values?.get(key);
    values?.delete(key);
    return value;
  }

  #spill(): void {
    const disk = new DiskSpool();
    this.#disk = disk;
    for (const [table, values] of this.#memory)
      for (const [key, value] of values) disk.put(table, key, value);
    this.#memory.clear();
  }
}

interface Statements {
  readonly put: StatementSync;
  readonly take: StatementSync;
  readonly left: StatementSync;
}

class DiskSpool {
  readonly #folder: string;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  #open = 0;
  #closed = false;

  constructor() {
    this.#folder = makeFolder();
    this.#database = this.#guard(() => openDatabase(join(this.#folder, "changes.db")));
    this.#statements = this.#guard(() => {
      this.#database.exec(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-8000; PRAGMA temp_store=FILE; CREATE TABLE change (tbl INTEGER, key TEXT, value TEXT, PRIMARY KEY (tbl, key)) WITHOUT ROWID",
      );
      return {
        put: this.#database.prepare("INSERT OR REPLACE INTO change VALUES (?, ?, ?)"),
        take: this.#database.prepare("DELETE FROM change WHERE tbl = ? AND key = ? RETURNING value"),
        left: this.#database.prepare("SELECT key, value FROM change WHERE tbl = ?"),
      };
    });
  }

  /** Keys of one comparison are all different, so every value counts as new. */
  put(table: number, key: string, value: string): boolean {
    this.#guard(() => {
      this.#within();
      this.#statements.put.run(table, key, value);
    });
    return true;
  }

  take(table: number, key: string): string | undefined {
    return this.#guard(() => {
      this.#within();
      const found = this.#statements.take.get(table, key);
      return typeof found?.["value"] === "string" ? found["value"] : undefined;
    });
  }

  *left(table: number): Iterable<{ readonly key: string; readonly value: string }> {
    for (const row of this.#statements.left.iterate(table))
      yield { key: String(row["key"]), value: String(row["value"]) };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#database.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #within(): void {
    if (this.#open === 0) this.#database.exec("BEGIN");
    this.#open += 1;
    if (this.#open < PER_TRANSACTION) return;
    this.#database.exec("COMMIT");
    this.#open = 0;
  }

  #guard<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw spoolFailed(this.#folder, error);
    }
  }
}

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), "syncline-merge-"));
  } catch (error) {
    throw spoolFailed(tmpdir(), error);
  }
}

function spoolFailed(folder: string, cause: unknown): CodedError {
  return new CodedError("file.io_failed", `Keeping changes of a merge in "${folder}" failed.`, {
    hint: "Free space there, or point TMPDIR to a larger disk.",
    cause,
  });
}

/** Loaded when it is needed: most commands never do. */
function openDatabase(path: string): DatabaseSync {
  const { DatabaseSync: Database } = process.getBuiltinModule("node:sqlite");
  return new Database(path);
}
