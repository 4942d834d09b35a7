/**
 * Room for the changes of one side of a merge until the other side's are known. Belongs to one run; keeps a bounded
 * part in memory. Not for several users at once. Every method throws `file.io_failed` when the disk is full.
 */
export interface ChangeSpool {
  /** Keeps `value` under the key; a second value replaces the first. */
  put(table: number, key: string, value: string): void;
  /** Gives a value back and forgets it; undefined when there is none. */
  take(table: number, key: string): string | undefined;
  /** How many values a table has left. */
  count(table: number): number;
  /** The values that a table has left, in no order; nothing may be put or taken meanwhile. */
  left(table: number): Iterable<{ readonly key: string; readonly value: string }>;
  /** Leaves nothing behind. May be called more than once. */
  close(): void;
}

export type CreateChangeSpool = () => ChangeSpool;
