import { parseId } from "@supabase/pg-delta";
import { CodedError, type ErrorCode } from "@syncline/core";
import {
  DEFINITION_SETTINGS,
  type DefinitionRequest,
  type DefinitionStatement,
  type DefinitionTarget,
} from "@syncline/engine";
import type pg from "pg";
import type { OpenConnection } from "./catalog-connection.ts";
import { objectDigests } from "./define.ts";
import { extractFacts } from "./extract-facts.ts";
import { describeId } from "./object-name.ts";

export interface DefinitionTargetOptions {
  readonly connect: OpenConnection;
  /** Printed locator, without secrets. */
  readonly label: string;
}

export function openDefinitionTarget(options: DefinitionTargetOptions): DefinitionTarget {
  return new PgDefinitionTarget(options);
}

const LOCK_TIMEOUT = "SET LOCAL lock_timeout = '10s'";

class PgDefinitionTarget implements DefinitionTarget {
  readonly #options: DefinitionTargetOptions;

  constructor(options: DefinitionTargetOptions) {
    this.#options = options;
  }

  get label(): string {
    return this.#options.label;
  }

  async existing(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    return objectDigests(await extractFacts({ connect: this.#options.connect, snapshot: null }, signal));
  }

  async run({ statements, dryRun, signal }: DefinitionRequest): Promise<void> {
    if (statements.length === 0) return;
    const client = await this.#options.connect();
    const stop = () => client.connection.stream.destroy();
    signal.addEventListener("abort", stop, { once: true });
    try {
      await client.query(
        `BEGIN; ${DEFINITION_SETTINGS.join(";").replaceAll("SET ", "SET LOCAL ")}; ${LOCK_TIMEOUT}`,
      );
      for (const statement of statements) await this.#runOne(client, statement, signal);
      await client.query(dryRun ? "ROLLBACK" : "COMMIT");
    } finally {
      signal.removeEventListener("abort", stop);
      await client.end().catch(() => {});
    }
  }

  async close(): Promise<void> {}

  async #runOne(client: pg.Client, { sql, object }: DefinitionStatement, signal: AbortSignal): Promise<void> {
    try {
      signal.throwIfAborted();
      await client.query(sql);
    } catch (error) {
      if (signal.aborted) throw new CodedError("interrupted", "The work was interrupted.", { cause: error });
      throw definitionError(error, object, this.label);
    }
  }
}

/** SQLSTATE classes of statements that make objects. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  "08": "connection.lost",
  "23": "patch.constraint_violated",
  "42501": "permission.denied",
  "55P03": "target.locked",
  "57P01": "connection.lost",
  "53100": "file.io_failed",
  "42P06": "schema.mismatch",
  "42P07": "schema.mismatch",
  "42710": "schema.mismatch",
  "42723": "schema.mismatch",
};

const HINTS: Readonly<Record<string, string>> = {
  "58P01": "Install the extension's files on the target's server.",
  "0A000": "The target's server lacks what it needs; install it there, or leave the table out.",
  "42704": "Create the missing role or type in the target first.",
};

function definitionError(error: unknown, object: string, label: string): CodedError {
  const { code, message } = error as { code?: string; message?: string };
  const state = code ?? "";
  return new CodedError(
    CODES[state] ?? CODES[state.slice(0, 2)] ?? "schema.unsupported",
    `${label}: ${describeKey(object)} cannot be created: ${message ?? String(error)}.`,
    {
      ...(HINTS[state] === undefined ? {} : { hint: HINTS[state] }),
      details: { sqlState: state, object },
      cause: error,
    },
  );
}

function describeKey(object: string): string {
  try {
    return describeId(parseId(object));
  } catch {
    return object;
  }
}
