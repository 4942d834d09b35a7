import type { CodedError, QualifiedName } from "@syncline/core";
import type { BulkTarget } from "../../ports/bulk-target.ts";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { RunContext } from "../../ports/run-context.ts";
import type { ApplicationName, Fence } from "../apply-contract.ts";
import type { DiffOptions } from "../diff-contract.ts";

/** Which rows of which tables go where; as a comparison says it. */
export type CopyOptions = Pick<
  DiffOptions,
  | "tableMap"
  | "columnMap"
  | "tablePatterns"
  | "targetOnly"
  | "filter"
  | "ignoreFields"
  | "parallel"
  | "prepare"
> & {
  readonly singleTransaction: boolean;
  readonly dryRun: boolean;
  readonly triggers: "auto" | "on" | "off";
  readonly lockTimeoutMs: number;
  /** Null or absent for people at a terminal. */
  readonly fence?: Fence | null;
  /** Longest time without a byte; default five minutes. */
  readonly stallTimeoutMs?: number;
};

/** Rows of several tables into empty tables at full speed. */
export interface CopyInput extends ApplicationName {
  readonly ctx: RunContext;
  /** Opened afresh for every attempt; closed by the use case. */
  readonly openSource: () => Promise<Endpoint>;
  /** Closed by the caller. */
  readonly target: BulkTarget;
  readonly options: CopyOptions;
  /** Why, for the ledger. */
  readonly reason?: string;
  /** What the run covers, for the ledger. */
  readonly scope?: Readonly<Record<string, unknown>>;
}

export interface CopiedTable {
  readonly source: QualifiedName;
  readonly target: QualifiedName;
  readonly outcome: "done" | "failed" | "not-started";
  readonly rows: number;
  readonly bytes: number;
  /** What stopped it, or null. */
  readonly failure: CodedError | null;
}

export type CopyResult =
  /** Nothing was written: these tables are for `moveRows`, which compares. Each reason is a sentence for people. */
  | { readonly outcome: "unsuitable"; readonly reasons: readonly string[]; readonly notes: readonly string[] }
  | {
      /** `partial`: some tables failed and are as empty as before; exit code of `transfer.partial`. */
      readonly outcome: "copied" | "partial" | "dry-run";
      readonly tables: readonly CopiedTable[];
      readonly rows: number;
      readonly bytes: number;
      /** After a lost connection tables were read at different instants: compare and apply the difference. */
      readonly instants: number;
      /** The load's entry in the target's ledger, without what would take it back; null when there is none. */
      readonly ledgerId: string | null;
      readonly notes: readonly string[];
    };
