export interface Migration {
  /** Name of its file, which starts with its number. */
  readonly name: string;
  /** sha256 of the file, hex. */
  readonly hash: string;
  readonly statements: readonly string[];
}
