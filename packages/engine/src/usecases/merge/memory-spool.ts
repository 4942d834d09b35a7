import type { ChangeSpool } from "../../ports/change-spool.ts";

/** A spool for few changes, and for callers without a disk. */
export class MemorySpool implements ChangeSpool {
  readonly #tables = new Map<number, Map<string, string>>();

  put(table: number, key: string, value: string): void {
    this.#table(table).set(key, value);
  }

  take(table: number, key: string): string | undefined {
    const values = this.#table(table);
    const value = values.get(key);
    values.delete(key);
    return value;
  }

  count(table: number): number {
    return this.#table(table).size;
  }

  *left(table: number): Iterable<{ readonly key: string; readonly value: string }> {
    for (const [key, value] of this.#table(table)) yield { key, value };
  }

  close(): void {
    this.#tables.clear();
  }

  #table(table: number): Map<string, string> {
    const found = this.#tables.get(table) ?? new Map<string, string>();
    this.#tables.set(table, found);
    return found;
  }
}
