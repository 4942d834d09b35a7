import { once } from "node:events";
import { finished } from "node:stream/promises";
import { CodedError, isCodedError } from "@syncline/core";
import type { BackupReceipt, SqlTarget, SqlTransaction } from "@syncline/engine";
import type pg from "pg";
import { abandonClient } from "../connection/cancel-request.ts";
import { openConnection } from "../connection/connect.ts";
import { copyFromStdin } from "../connection/copy-from-stdin.ts";
import { interrupted } from "../connection/read-session.ts";
import { translateError } from "../connection/translate-error.ts";
import type { PgScope } from "../scope.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { isUncertain } from "../write/commit-outcome.ts";
import { prepareSqlEntry, type SqlEntry, takeSqlName, writeSqlEntry } from "./sql-entry.ts";
import { UntouchedProof } from "./untouched.ts";

export interface SqlTargetInput {
  readonly scope: PgScope;
  /** Printed locator, without secrets. */
  readonly label: string;
  /** Longest wait for a lock; null means for ever. */
  readonly lockTimeoutMs: number | null;
}

export function openSqlTarget({ scope, label, lockTimeoutMs }: SqlTargetInput): SqlTarget {
  return {
    label,
    async begin(signal, name) {
      if (signal.aborted) throw interrupted(signal);
      const client = await openConnection(scope.connection);
      const entry = name === null ? null : { client, scope, label, name };
      const transaction = new PgSqlTransaction(client, { label, signal, lockTimeoutMs, entry });
      await transaction.begin(scope.schema);
      return transaction;
    },
    async close() {},
  };
}

interface TransactionOptions extends Pick<SqlTargetInput, "label" | "lockTimeoutMs"> {
  readonly signal: AbortSignal;
  readonly entry: SqlEntry | null;
}

class PgSqlTransaction implements SqlTransaction {
  readonly #client: pg.Client;
  readonly #label: string;
  readonly #signal: AbortSignal;
  readonly #lockTimeoutMs: number | null;
  readonly #entry: SqlEntry | null;
  readonly #stop = () => void this.#abandon();
  #ended = false;
  #proof: UntouchedProof | null = null;

  constructor(client: pg.Client, { label, signal, lockTimeoutMs, entry }: TransactionOptions) {
    this.#entry = entry;
    this.#client = client;
    this.#lockTimeoutMs = lockTimeoutMs;
    this.#label = label;
    this.#signal = signal;
    signal.addEventListener("abort", this.#stop, { once: true });
  }

  /** Names without a schema mean the tenant's. */
  async begin(schema: string): Promise<void> {
    const entry = this.#entry;
    if (entry !== null) await this.#guard(() => prepareSqlEntry(entry));
    await this.#guard(() => this.#client.query("BEGIN"));
    await this.#limitLockWaits();
    if (entry !== null) await this.#guard(() => takeSqlName(entry));
    await this.#guard(() => this.#client.query(`SET LOCAL search_path = ${quoteIdentifier(schema)}`));
  }

  async #limitLockWaits(): Promise<void> {
    const limit = this.#lockTimeoutMs;
    if (limit !== null) await this.#guard(() => this.#client.query(`SET LOCAL lock_timeout = ${limit}`));
  }

  /** By the extended protocol, which takes exactly one statement. */
  async run(sql: string): Promise<number> {
    await this.#guard(async () => this.#proof?.admit(sql));
    const query = { text: sql, queryMode: "extended" } as unknown as pg.QueryConfig;
    const result = await this.#guard(() => this.#client.query(query));
    if (result.command === "SET") await this.#limitLockWaits(); // dumps switch it off for whoever restores them by psql
    return result.command === "INSERT" ? (result.rowCount ?? 0) : 0;
  }

  copy(sql: string, rows: AsyncIterable<Uint8Array>): Promise<number> {
    return this.#guard(async () => {
      const stream = this.#client.query(copyFromStdin(sql));
      const done = finished(stream);
      done.catch(() => {}); // also awaited below; it may fail in between
      for await (const chunk of rows) {
        if (!stream.write(chunk)) await Promise.race([once(stream, "drain"), done]);
      }
      stream.end();
      await done;
      return stream.rowCount;
    });
  }

  watch(): Promise<void> {
    return this.#guard(async () => {
      const { rows } = await this.#client.query("SELECT pg_catalog.current_setting('search_path') AS path");
      this.#proof = await UntouchedProof.begin(this.#client, this.#label);
      await this.#client.query("SELECT pg_catalog.set_config('search_path', $1, true)", [rows[0]?.path]);
    });
  }

  untouched(): Promise<BackupReceipt> {
    return this.#guard(() => {
      if (this.#proof === null) throw new CodedError("internal", "A proof is asked for that was not begun.");
      return this.#proof.end();
    });
  }

  async commit(tables: Parameters<SqlTransaction["commit"]>[0]): Promise<void> {
    const entry = this.#entry;
    if (entry !== null) await this.#guard(() => writeSqlEntry(entry, tables));
    try {
      await this.#client.query("COMMIT");
    } catch (error) {
      await this.#abandon();
      if (!isUncertain(error)) throw this.#explain(error);
      throw new CodedError(
        "patch.outcome_unknown",
        `${this.#label}: the connection was lost while the import was being committed.`,
        { hint: "Look whether its rows are there before you run it again.", cause: error },
      );
    }
    await this.#end();
  }

  async rollback(): Promise<void> {
    if (this.#ended) return;
    await this.#client.query("ROLLBACK").catch(() => {});
    await this.#end();
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.#abandon(); // a failed COPY may still wait for words of ours
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): CodedError {
    if (isCodedError(error)) return error;
    return this.#signal.aborted ? interrupted(this.#signal) : translateError(error, this.#label);
  }

  async #abandon(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#signal.removeEventListener("abort", this.#stop);
    await abandonClient(this.#client);
  }

  async #end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#signal.removeEventListener("abort", this.#stop);
    await this.#client.end().catch(() => {});
  }
}
