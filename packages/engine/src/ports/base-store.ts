import type { PatchRow, TypeSpec } from "@syncline/core";
import type { Endpoint } from "./endpoint.ts";

/** A table of a pair as the base keeps it. */
export interface BaseTable {
  /** The target's table as in a patch header. */
  readonly name: string;
  /** The target's columns that both sides carry. */
  readonly columns: readonly { readonly name: string; readonly type: TypeSpec }[];
  /** Empty when rows have no identity. */
  readonly key: readonly string[];
  /** Where the source has it: another pairing makes other rows of it. */
  readonly source: {
    readonly table: string;
    /** The source's column by the target's. */
    readonly columns: ReadonlyMap<string, string>;
  };
  /** Whether some rows may have NULL in the key: those have no identity. */
  readonly keyMayBeNull: boolean;
}

/**
 * When a change of the base comes true. `target`: once the target has it from the source, for rows that the target had
 * to be written to. `both`: once both sides have it.
 */
export type BaseStep = "target" | "both";

/** One row of the base, or several identical ones without a key, before and after. */
export interface BaseChange {
  readonly table: string;
  readonly step: BaseStep;
  readonly before: PatchRow | null;
  readonly after: PatchRow | null;
  /** Identical rows without a key; 1 for rows with one. */
  readonly copies: number;
}

/** Under which names the ledgers of both sides record a cycle; null where a side had nothing to be written. */
export interface PlannedApplications {
  readonly target: string | null;
  readonly source: string | null;
}

/**
 * What a cycle is about to do, written down before it does it, so that whoever comes after a death knows what the rows
 * of both sides have in common by then.
 */
export interface BasePlan {
  /** With backpressure. */
  add(change: BaseChange): Promise<void>;
  /** From here on the plan is found by `unfinished`. */
  commit(applications: PlannedApplications): Promise<void>;
  /** Never rejects; safe after `commit`. */
  discard(): Promise<void>;
}

/**
 * Where the rows lie on which the two sides of a pair agreed last. Belongs to one pair and one cycle at a time: a writer
 * with an older fencing token than the store has seen is refused with `target.locked`.
 */
export interface BaseStore {
  /** The plan of a cycle that did not come to its end; null is normal. */
  unfinished(): Promise<PlannedApplications | null>;
  /** Applications of the last cycles that wrote each side and came true: a side that does not know its own is another one. */
  settled(): Promise<PlannedApplications>;
  /** Number of plans so far, for names that never come again. */
  sequence(): Promise<number>;
  /**
   * Makes tables that are new, and columns follow what both sides agree on: new ones are empty, old ones go. Resolves
   * with sentences for people. A column that is paired with another one than before is new.
   * `others` are tables that take no part: those that both sides have dropped are forgotten, so that nothing of the old
   * ones is asked of new ones of the same name.
   * @throws CodedError `schema.changed` when rows would have another identity, or come from another table
   */
  prepare(tables: readonly BaseTable[], others: "keep" | "forget"): Promise<readonly string[]>;
  /** Name of each table in the base, by the target's name. */
  names(): Promise<ReadonlyMap<string, string>>;
  /** The base for reading. */
  openEndpoint(tables: readonly string[]): Promise<Endpoint>;
  /** Drops a plan that was there. */
  beginPlan(): Promise<BasePlan>;
  /** Makes what the plan says true up to this step, and forgets the plan. One transaction. */
  settle(step: BaseStep | "none"): Promise<void>;
  /** SQL of `settle("both")`, for whoever makes it part of a transaction of its own in the same database. */
  settleStatements(): Promise<readonly string[]>;
  close(): Promise<void>;
}
