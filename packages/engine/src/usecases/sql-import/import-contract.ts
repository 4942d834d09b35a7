import type { BackupReceipt } from "../../ports/receipt.ts";
import type { RunContext } from "../../ports/run-context.ts";
import type { SqlImportName, SqlParser, SqlTarget } from "../../ports/sql-import.ts";
import type { ApplicationName } from "../apply-contract.ts";
import type { Protection } from "../assert-writable.ts";
import type { SqlTenant } from "./tenant-guard.ts";

export interface ImportSqlInput {
  readonly ctx: RunContext;
  /** Under which the target's ledger has it; null or absent for people at a terminal. Not for a dry run. */
  readonly name?: SqlImportName | null;
  readonly reached?: ApplicationName["reached"];
  /** The file's bytes, unpacked and decrypted. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Name of the file, for messages. */
  readonly file: string;
  readonly parser: SqlParser;
  readonly target: SqlTarget;
  /** Run everything and roll it back. */
  readonly dryRun: boolean;
  /** Also run statements that our own export does not write; refused unless `protection` is `open`. */
  readonly anySql: boolean;
  /** Of the target, whose write has been confirmed already. */
  readonly protection: Protection;
  /** Only its tables and what the file itself makes are written; without it the whole database. Not with `anySql`. */
  readonly tenant?: SqlTenant;
}

export interface ImportSqlResult {
  readonly outcome: "imported" | "dry-run";
  /** That no row of before was changed or removed; null for an import of before. */
  readonly receipt: BackupReceipt | null;
  /** Rows by table as the file names it, in the order of the file. */
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly rows: number;
  /** Definitions, settings and states of sequences. */
  readonly statements: number;
}
