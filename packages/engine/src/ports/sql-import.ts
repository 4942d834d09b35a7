import type { QualifiedName } from "@syncline/core";
import type { Fence } from "../usecases/apply-contract.ts";
import type { BackupReceipt } from "./receipt.ts";

/** What one statement of an SQL file does. */
export type SqlStatement =
  /** Begins or ends a transaction, which the import has of its own. */
  | { readonly kind: "transaction"; readonly ends: boolean }
  /** Rows follow it in the file. */
  | { readonly kind: "copy"; readonly table: QualifiedName | null; readonly plain: boolean }
  | { readonly kind: "insert"; readonly table: QualifiedName | null }
  /** A definition, a setting or a sequence's state, as our own export writes them. */
  | {
      readonly kind: "known";
      /** The table, sequence or schema that it makes or changes; absent for settings and for all that holds no rows. */
      readonly object?: SqlObject;
      /** Whether it fails when the object is there already. */
      readonly makes?: boolean;
      /** Whether names without a schema mean something else after it. */
      readonly setsPath?: boolean;
    }
  /** Anything else; `what` names it for people. */
  | { readonly kind: "other"; readonly what: string }
  /** Never run, whatever was asked for: it reads or writes files of the server or ends our transaction. */
  | { readonly kind: "forbidden"; readonly what: string };

export interface SqlObject {
  /** Null when the statement names none. */
  readonly schema: string | null;
  /** Null for the schema itself. */
  readonly name: string | null;
  /** Only the state of a sequence. */
  readonly isState: boolean;
}

export interface SqlParser {
  /** Rejects with `sql.refused` for text that is not exactly one statement. */
  classify(sql: string): Promise<SqlStatement>;
}

/** A database that runs the statements of a file in one transaction. */
export interface SqlTarget {
  /** Printed locator, without secrets. */
  readonly label: string;
  /** With a name it is recorded in the target's ledger; `target.locked`, retryable, when it was recorded meanwhile. */
  begin(signal: AbortSignal, name: SqlImportName | null): Promise<SqlTransaction>;
  close(): Promise<void>;
}

/** How the target's ledger knows an import, so that it is made once. */
export interface SqlImportName {
  /** UUID. */
  readonly id: string;
  readonly fence: Fence | null;
  /** The file, for people. */
  readonly source: string;
  readonly actor: string | null;
}

/** Nothing is visible to others before `commit` resolves. Every method rejects with a CodedError. */
export interface SqlTransaction {
  /** @returns rows that it wrote, as the server counts them */
  run(sql: string): Promise<number>;
  /** Sends rows after a COPY … FROM STDIN with backpressure. */
  copy(sql: string, rows: AsyncIterable<Uint8Array>): Promise<number>;
  /** Before anything runs: has `untouched` prove what nobody judges statement by statement. */
  watch(): Promise<void>;
  /** After `watch` and everything: rejects with `receipt.missing` unless no row of before was changed or removed. */
  untouched(): Promise<BackupReceipt>;
  /** Rejects with `patch.outcome_unknown` when the connection broke while it was on its way. */
  commit(tables: readonly { readonly name: string; readonly rows: number }[]): Promise<void>;
  /** Never rejects; safe after a failure. */
  rollback(): Promise<void>;
}
