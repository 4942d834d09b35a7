import type { QualifiedName } from "@syncline/core";

/** A row of the source goes by another key in the target. Keys are texts of whole numbers. */
export interface IdMapEntry {
  /** Names the source and its tenant. */
  readonly source: string;
  /** The target's table, as `formatQualifiedName` has it. */
  readonly table: string;
  readonly oldKey: string;
  readonly newKey: string;
  /** The new key that was stored before and that somebody else's row has meanwhile, else null. */
  readonly replaces: string | null;
}

/** What the target's catalog tells of a table whose rows may need other keys. */
export interface SurrogateTable {
  readonly name: QualifiedName;
  /** The only column of its primary key, when that is a whole number; else null. */
  readonly column: string | null;
  /** Whether rows of several tenants share the table. */
  readonly shared: boolean;
}

export interface KeyRequest {
  readonly table: QualifiedName;
  readonly count: number;
  /** Keys that are spoken for. */
  readonly avoid: ReadonlySet<string>;
}

/** Keys of a live target. It sees rows of all tenants and changes none; sequences it advances for good. */
export interface RenumberStore {
  /** Printed locator of the target. */
  readonly label: string;
  /** Whether nothing may stay behind: keys are then made up and no sequence moves. */
  readonly dryRun: boolean;
  /** Aligned with the names. */
  surrogates(names: readonly QualifiedName[]): Promise<readonly SurrogateTable[]>;
  /** What earlier runs from this source have stored. */
  readMap(source: string): Promise<readonly IdMapEntry[]>;
  /** Those of the keys that rows of other tenants have. */
  takenElsewhere(table: QualifiedName, keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Free keys, each given once; rejects with `renumber.required` when there are none left. */
  allocate(request: KeyRequest): Promise<readonly string[]>;
  close(): Promise<void>;
}
