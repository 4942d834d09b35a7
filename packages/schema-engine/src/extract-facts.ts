import { type Diagnostic, extract, type FactBase } from "@supabase/pg-delta";
import pg from "pg";
import type { CatalogSource } from "./catalog-connection.ts";
import { type CatalogGaps, readGaps } from "./gaps/read-gaps.ts";
import { readSequences, type TableSequence } from "./read-sequences.ts";

/** A database's catalog at one instant: the engine's facts and what the engine does not see. */
export interface CatalogState {
  readonly facts: FactBase;
  readonly diagnostics: readonly Diagnostic[];
  readonly gaps: CatalogGaps;
  /** Empty unless they were asked for. */
  readonly sequences: readonly TableSequence[];
}

/** Reads everything in one read-only transaction of one session. */
export async function extractFacts(
  source: CatalogSource,
  signal: AbortSignal,
  options: { readonly sequenceStates?: boolean | undefined } = {},
): Promise<CatalogState> {
  const client = await source.connect();
  const stop = () => client.connection.stream.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    let gaps: CatalogGaps | null = null;
    let sequences: readonly TableSequence[] = [];
    const session = new EngineSession(client, source.snapshot, async () => {
      gaps = await readGaps(client);
      if (options.sequenceStates === true) sequences = await readSequences(client);
    });
    // Credentials of foreign servers stay redacted: definitions are written to files.
    const { factBase, diagnostics } = await extract(session.asPool());
    if (gaps === null) throw new Error("the catalog was not read in one transaction");
    return { facts: factBase, diagnostics, gaps, sequences };
  } finally {
    signal.removeEventListener("abort", stop);
    await client.end().catch(() => {});
  }
}

/** One session behind the slice of `pg.Pool` that the engine uses, joined to a snapshot where it begins. */
class EngineSession {
  readonly #client: pg.Client;
  readonly #snapshot: string | null;
  readonly #beforeCommit: () => Promise<void>;

  constructor(client: pg.Client, snapshot: string | null, beforeCommit: () => Promise<void>) {
    this.#client = client;
    this.#snapshot = snapshot;
    this.#beforeCommit = beforeCommit;
  }

  asPool(): pg.Pool {
    return { connect: async () => this } as unknown as pg.Pool;
  }

  release(): void {}

  async query(text: string, values?: unknown[]): Promise<pg.QueryResult> {
    if (text === "COMMIT") await this.#beforeCommit();
    const result = await this.#client.query({
      text,
      ...(values === undefined ? {} : { values }),
      types: pg.types as unknown as pg.CustomTypesConfig,
    });
    if (text.startsWith("BEGIN")) await this.#join();
    return result;
  }

  /** The pins hold names and texts alike whatever the session brought along. */
  async #join(): Promise<void> {
    if (this.#snapshot !== null) {
      await this.#client.query(`SET TRANSACTION SNAPSHOT '${this.#snapshot.replaceAll("'", "''")}'`);
    }
    await this.#client.query(
      "SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone = 'UTC';" +
        "SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL quote_all_identifiers = off;" +
        "SET LOCAL standard_conforming_strings = on; SET LOCAL client_encoding = 'UTF8'; SET LOCAL statement_timeout = 0",
    );
  }
}
