import type { Client } from "pg";
import { PINS, pinStatements } from "../connection/pins.ts";
import { quoteLiteral } from "../sql/quote.ts";

/**
 * Settings that stay pinned: `jit` changes no result, and old values of types that compare by their text are judged
 * while rows are written: with fewer digits of floats, different values would pass for the same.
 */
const KEPT = new Set(["jit", "extra_float_digits"]);

/**
 * When we are killed, the server ends a long statement within seconds instead of at its end, and its locks with it.
 * Platforms that cannot look after the client refuse the setting, which would fail the transaction.
 */
const NOTICE_GONE_CLIENT = `SELECT pg_catalog.set_config('client_connection_check_interval', '2s', true)
  WHERE pg_catalog.version() OPERATOR(pg_catalog.~~) '%linux%'`;

/**
 * The settings that the session had when the transaction began. Rows are read, cast and compared under the pins;
 * whatever can fire a trigger, check, default or rule runs under the session's own.
 */
export class SessionSettings {
  readonly #client: Client;
  readonly #pins: string;
  readonly #own: string;
  #pinned = true;

  private constructor(client: Client, pins: string, own: string) {
    this.#client = client;
    this.#pins = pins;
    this.#own = own;
  }

  /** Reads the session's settings and pins the transaction. */
  static async pin(client: Client, lockTimeoutMs: number): Promise<SessionSettings> {
    const names = Object.keys(PINS).filter((name) => !KEPT.has(name));
    const { rows } = await client.query<Record<string, string>>(
      `SELECT pg_catalog.current_setting('server_version_num') AS version, pg_catalog.current_setting('session_replication_role') AS role, ${names
        .map((name, at) => `pg_catalog.current_setting('${name}') AS s${at}`)
        .join(", ")}`,
    );
    const row = rows[0] ?? {};
    const own = names.map(
      (name, at) => `pg_catalog.set_config('${name}', ${quoteLiteral(row[`s${at}`] ?? "")}, true)`,
    );
    const pins = Object.entries(PINS).map(
      ([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`,
    );
    await client.query(
      `${pinStatements(Number(row["version"]))};SET LOCAL lock_timeout = ${Math.floor(lockTimeoutMs)}`,
    );
    if (Number(row["version"]) >= 140_000) await client.query(NOTICE_GONE_CLIENT);
    if (row["role"] !== "origin") await client.query("SET LOCAL session_replication_role = origin");
    return new SessionSettings(client, `SELECT ${pins.join(", ")}`, `SELECT ${own.join(", ")}`);
  }

  async usePins(): Promise<void> {
    if (this.#pinned) return;
    await this.#client.query(this.#pins);
    this.#pinned = true;
  }

  async useOwn(): Promise<void> {
    if (!this.#pinned) return;
    await this.#client.query(this.#own);
    this.#pinned = false;
  }

  /** A rollback to a savepoint also takes back settings; the caller says which were in force at the savepoint. */
  restored(to: "pins" | "own"): void {
    this.#pinned = to === "pins";
  }
}
