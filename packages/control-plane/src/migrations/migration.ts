export interface Migration {
  /** Name of its file, which starts with its number. */
  readonly name: string;
  /** sha256 of the file, hex. */
  readonly hash: string;
  readonly statements: readonly string[];
  /**
   * Each statement is a transaction of its own, so that none holds the lock of one table while it waits for that of
   * another. After a failure all of them run again: the second time each must change nothing.
   */
  readonly apart?: true;
}
