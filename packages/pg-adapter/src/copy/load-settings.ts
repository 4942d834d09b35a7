import type { Client } from "pg";
import { PINS } from "../connection/pins.ts";
import { quoteLiteral } from "../sql/quote.ts";
import { SessionSettings } from "../write/session-settings.ts";

/** What code of the database may rely on; the other pins decide how the rows' texts are read. */
const FOR_CODE = ["search_path", "TimeZone", "row_security", "standard_conforming_strings"];

/** Settings of a transaction that loads rows: pinned, but for checks, defaults and generated columns during COPY. */
export class LoadSettings {
  readonly #client: Client;
  readonly #own: string;

  private constructor(client: Client, own: string) {
    this.#client = client;
    this.#own = own;
  }

  /** Pins the transaction that was just begun. */
  static async pin(client: Client, lockTimeoutMs: number): Promise<LoadSettings> {
    const list = FOR_CODE.map((name, at) => `pg_catalog.current_setting('${name}') AS s${at}`);
    const { rows } = await client.query<Record<string, string>>(`SELECT ${list.join(", ")}`);
    const own = FOR_CODE.map(
      (name, at) => `pg_catalog.set_config('${name}', ${quoteLiteral(rows[0]?.[`s${at}`] ?? "")}, true)`,
    );
    await SessionSettings.pin(client, lockTimeoutMs);
    return new LoadSettings(client, `SELECT ${own.join(", ")}`);
  }

  async forCode<T>(work: () => Promise<T>): Promise<T> {
    await this.#client.query(this.#own);
    const result = await work();
    const pins = FOR_CODE.map((name) => `pg_catalog.set_config('${name}', '${PINS[name]}', true)`);
    await this.#client.query(`SELECT ${pins.join(", ")}`);
    return result;
  }
}
