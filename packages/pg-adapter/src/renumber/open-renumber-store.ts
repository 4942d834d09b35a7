import { formatQualifiedName, type QualifiedName } from "@syncline/core";
import type { IdMapEntry, KeyRequest, RenumberStore, SurrogateTable } from "@syncline/engine";
import type { Client } from "pg";
import { openConnection } from "../connection/connect.ts";
import { translateError } from "../connection/translate-error.ts";
import { arrayLiteral } from "../read/lookup-sql.ts";
import type { PgScope } from "../scope.ts";
import { quoteIdentifier, quoteTable } from "../sql/quote.ts";
import { allocateKeys } from "./allocate-keys.ts";
import { readIdMap } from "./id-map.ts";
import { type KeyedTable, readKeyedTables } from "./surrogate-query.ts";

export interface RenumberStoreInput {
  readonly scope: PgScope;
  /** Printed locator, without secrets. */
  readonly label: string;
  readonly dryRun: boolean;
}

/** Always `close()`. */
export async function openRenumberStore(input: RenumberStoreInput): Promise<RenumberStore> {
  const client = await openConnection(input.scope.connection);
  await client.query("SET search_path = ''"); // what `=` means to the tenant column is nobody else's to say
  return new PgRenumberStore(input, client);
}

const PIECE = 10_000;

class PgRenumberStore implements RenumberStore {
  readonly label: string;
  readonly dryRun: boolean;
  readonly #scope: PgScope;
  readonly #client: Client;
  readonly #tables = new Map<string, KeyedTable>();

  constructor({ scope, label, dryRun }: RenumberStoreInput, client: Client) {
    this.#scope = scope;
    this.label = label;
    this.dryRun = dryRun;
    this.#client = client;
  }

  surrogates(names: readonly QualifiedName[]): Promise<readonly SurrogateTable[]> {
    return this.#translated(async () => {
      const tenant = this.#scope.tenantColumn?.name ?? null;
      const tables = await readKeyedTables(this.#client, names, tenant);
      for (const table of tables) this.#tables.set(formatQualifiedName(table.name), table);
      return tables;
    });
  }

  readMap(source: string): Promise<readonly IdMapEntry[]> {
    return this.#translated(() => readIdMap(this.#client, this.#scope, source));
  }

  async takenElsewhere(name: QualifiedName, keys: readonly string[]): Promise<ReadonlySet<string>> {
    const table = this.#table(name);
    const tenant = this.#scope.tenantColumn;
    const taken = new Set<string>();
    if (tenant === null || !table.shared) return taken;
    const elsewhere = `(t.${quoteIdentifier(tenant.name)} = $2) IS NOT TRUE`;
    for (let from = 0; from < keys.length; from += PIECE)
      for (const key of await this.#having(table, keys.slice(from, from + PIECE), {
        where: elsewhere,
        values: [tenant.value],
      }))
        taken.add(key);
    return taken;
  }

  allocate({ table: name, count, avoid }: KeyRequest): Promise<readonly string[]> {
    const table = this.#table(name);
    const having = (keys: readonly string[]) => this.#having(table, keys, { where: "true", values: [] });
    const { label, dryRun } = this;
    return this.#translated(() => allocateKeys(this.#client, { table, count, avoid, having, label, dryRun }));
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {});
  }

  #table(name: QualifiedName): KeyedTable {
    const table = this.#tables.get(formatQualifiedName(name));
    if (table?.column == null)
      throw new RangeError(`table "${formatQualifiedName(name)}" has no surrogate key`);
    return table;
  }

  #having(
    table: KeyedTable,
    keys: readonly string[],
    { where, values }: { readonly where: string; readonly values: readonly string[] },
  ): Promise<readonly string[]> {
    if (keys.length === 0) return Promise.resolve([]);
    const key = `t.${quoteIdentifier(table.column ?? "")}`;
    const text = `SELECT k.k::pg_catalog.text AS key FROM pg_catalog.unnest($1::pg_catalog.int8[]) AS k(k)
      WHERE EXISTS (SELECT FROM ${table.only ? "ONLY " : ""}${quoteTable(table.name)} AS t
        WHERE ${key} OPERATOR(pg_catalog.=) k.k AND ${where})`;
    return this.#translated(async () => {
      const { rows } = await this.#client.query<{ key: string }>(text, [arrayLiteral(keys), ...values]);
      return rows.map((row) => row.key);
    });
  }

  async #translated<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translateError(error, `Renumbering rows for "${this.label}"`);
    }
  }
}
