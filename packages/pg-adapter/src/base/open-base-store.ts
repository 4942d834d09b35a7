import type {
  BasePlan,
  BaseStep,
  BaseStore,
  BaseTable,
  Endpoint,
  PlannedApplications,
} from "@syncline/engine";
import type { Client } from "pg";
import { openConnection } from "../connection/connect.ts";
import { openPgEndpoint } from "../pg-endpoint.ts";
import type { ConnectionOptions } from "../scope.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { rowsTable, type StoredTable } from "./base-columns.ts";
import { TAKEN_OVER, takenOver, translateBaseError } from "./base-errors.ts";
import { createStatements, type PlannedTable, settleStatements } from "./base-statements.ts";
import { PgBasePlan } from "./pg-base-plan.ts";
import { prepareTables } from "./prepare-tables.ts";

export interface BaseStoreInput {
  readonly connection: ConnectionOptions;
  /** Schema that holds this base and nothing else; made when it is missing. */
  readonly schema: string;
  /** Of whoever works on the pair now; null where nobody takes over. */
  readonly token: bigint | null;
  readonly signal: AbortSignal;
}

/** A base as tables in a schema of its own. Always `close()`. */
export async function openBaseStore(input: BaseStoreInput): Promise<BaseStore> {
  const client = await openConnection(input.connection);
  const store = new PgBaseStore(input, client);
  try {
    await store.create();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

export interface StoredPlan extends PlannedApplications {
  /** Changes by number of the table. */
  readonly tables: Readonly<Record<string, number>>;
}

class PgBaseStore implements BaseStore {
  readonly #input: BaseStoreInput;
  readonly #client: Client;

  constructor(input: BaseStoreInput, client: Client) {
    this.#input = input;
    this.#client = client;
  }

  async create(): Promise<void> {
    const { schema } = this.#input;
    const found = await this.#query<{ there: string | null }>(
      `SELECT pg_catalog.to_regclass(${literalOf(`${quoteIdentifier(schema)}.cycle`)})::pg_catalog.text AS there`,
    );
    if (found[0]?.there == null) await this.#inTransaction(() => createStatements(schema));
    else await this.#follow();
    await this.#claim();
  }

  /** Bases of the first releases did not know what their sides were given. */
  async #follow(): Promise<void> {
    const name = quoteIdentifier(this.#input.schema);
    const found = await this.#query(
      `SELECT FROM pg_catalog.pg_attribute WHERE attrelid OPERATOR(pg_catalog.=) ${literalOf(`${name}.cycle`)}::pg_catalog.regclass AND attname OPERATOR(pg_catalog.=) 'settled'`,
    );
    if (found.length === 0)
      await this.#query(`ALTER TABLE ${name}.cycle ADD COLUMN IF NOT EXISTS settled jsonb`);
  }

  /** From now on nobody with an older token writes here. */
  async #claim(): Promise<void> {
    const { token, schema } = this.#input;
    if (token === null) return;
    const name = quoteIdentifier(schema);
    const taken = await this.#query<{ token: string }>(
      `UPDATE ${name}.cycle SET token = ${token}::pg_catalog.numeric WHERE token IS NULL OR token OPERATOR(pg_catalog.<=) ${token}::pg_catalog.numeric RETURNING token`,
    );
    if (taken.length === 0) throw takenOver(schema);
  }

  async unfinished(): Promise<PlannedApplications | null> {
    const plan = await this.#planned();
    return plan === null ? null : { target: plan.target, source: plan.source };
  }

  async settled(): Promise<PlannedApplications> {
    const name = quoteIdentifier(this.#input.schema);
    const rows = await this.#query<{ settled: string | null }>(
      `SELECT settled::pg_catalog.text AS settled FROM ${name}.cycle`,
    );
    const known = JSON.parse(rows[0]?.settled ?? "{}") as Partial<PlannedApplications>;
    return { target: known.target ?? null, source: known.source ?? null };
  }

  async sequence(): Promise<number> {
    const { schema } = this.#input;
    const rows = await this.#query<{ sequence: string }>(
      `SELECT sequence FROM ${quoteIdentifier(schema)}.cycle`,
    );
    return Number(rows[0]?.sequence ?? 0);
  }

  async prepare(tables: readonly BaseTable[], others: "keep" | "forget"): Promise<readonly string[]> {
    const { schema } = this.#input;
    const stored = await this.#tables();
    const { statements, notes } = prepareTables({ schema, stored, wanted: tables, others });
    if (statements.length > 0) await this.#inTransaction(() => statements);
    return notes;
  }

  async names(): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.#tables()).map((table) => [table.name, rowsTable(table)]));
  }

  openEndpoint(tables: readonly string[]): Promise<Endpoint> {
    const { connection, schema } = this.#input;
    return openPgEndpoint({
      scope: { connection, schema, tenantColumn: null },
      tables: { kind: "named", names: tables.map((name) => ({ schema, name })) },
      label: "the base",
    });
  }

  async beginPlan(): Promise<BasePlan> {
    const tables = await this.#tables();
    const client = await openConnection(this.#input.connection);
    const plan = new PgBasePlan({ ...this.#input, client, tables, guard: () => this.#guard() });
    try {
      await plan.begin();
      return plan;
    } catch (error) {
      await plan.discard();
      throw this.#translate(error);
    }
  }

  async settle(step: BaseStep | "none"): Promise<void> {
    const statements = await this.#statements(step);
    await this.#inTransaction(() => [this.#guard(), ...statements]);
  }

  async settleStatements(): Promise<readonly string[]> {
    return [this.#guard(), ...(await this.#statements("both"))];
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {});
  }

  async #statements(step: BaseStep | "none"): Promise<string[]> {
    const plan = await this.#planned();
    if (plan === null) return [];
    const planned = (await this.#tables()).flatMap((table): PlannedTable[] => {
      const changes = plan.tables[String(table.number)];
      return changes === undefined ? [] : [{ table, changes }];
    });
    return settleStatements(this.#input.schema, planned, step);
  }

  /** Fails the transaction of a writer whose work was taken over, and locks out its successor until its end. */
  #guard(): string {
    const { schema, token } = this.#input;
    const mine = token === null ? "true" : `token OPERATOR(pg_catalog.<=) ${token}::pg_catalog.numeric`;
    const name = quoteIdentifier(schema);
    return `DO $guard$ BEGIN PERFORM FROM ${name}.cycle WHERE ${mine} FOR UPDATE; IF NOT FOUND THEN RAISE EXCEPTION 'taken over' USING ERRCODE = '${TAKEN_OVER}'; END IF; END $guard$`;
  }

  async #planned(): Promise<StoredPlan | null> {
    const name = quoteIdentifier(this.#input.schema);
    const rows = await this.#query<{ planned: string | null }>(
      `SELECT planned::pg_catalog.text AS planned FROM ${name}.cycle`,
    );
    const text = rows[0]?.planned ?? null;
    return text === null ? null : (JSON.parse(text) as StoredPlan);
  }

  async #tables(): Promise<StoredTable[]> {
    const name = quoteIdentifier(this.#input.schema);
    const rows = await this.#query<{ number: string; name: string; columns: string; key: string }>(
      `SELECT number, name, columns::pg_catalog.text AS columns, key::pg_catalog.text AS key FROM ${name}.tables ORDER BY number`,
    );
    return rows.map((row) => ({
      number: Number(row.number),
      name: row.name,
      columns: JSON.parse(row.columns) as StoredTable["columns"],
      key: JSON.parse(row.key) as string[],
    }));
  }

  async #query<Row>(sql: string): Promise<Row[]> {
    this.#input.signal.throwIfAborted();
    try {
      return (await this.#client.query(sql)).rows as Row[];
    } catch (error) {
      throw this.#translate(error);
    }
  }

  async #inTransaction(statements: () => readonly string[]): Promise<void> {
    this.#input.signal.throwIfAborted();
    try {
      await this.#client.query("BEGIN");
      for (const statement of statements()) await this.#client.query(statement);
      await this.#client.query("COMMIT");
    } catch (error) {
      await this.#client.query("ROLLBACK").catch(() => {});
      throw this.#translate(error);
    }
  }

  #translate(error: unknown): unknown {
    return translateBaseError(error, this.#input.schema);
  }
}

const literalOf = (text: string) => `'${text.replaceAll("'", "''")}'`;
