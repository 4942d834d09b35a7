import { CodedError, type PatchRow } from "@syncline/core";
import type { BaseChange, BasePlan, PlannedApplications } from "@syncline/engine";
import type { Client } from "pg";
import { pinStatements } from "../connection/pins.ts";
import { quoteIdentifier, quoteLiteral, quoteTable } from "../sql/quote.ts";
import { CopyStream } from "../write/copy-stream.ts";
import { copyLine } from "../write/copy-text.ts";
import { planColumnList, planTable, type StoredTable } from "./base-columns.ts";
import { translateBaseError } from "./base-errors.ts";
import { STEPS } from "./base-statements.ts";

const FLUSH_CHARACTERS = 1 << 16;

interface PlanInput {
  readonly client: Client;
  readonly schema: string;
  readonly tables: readonly StoredTable[];
  /** Statement that fails when the work was taken over. */
  readonly guard: () => string;
}

/** A plan being written, in one transaction on its own connection. */
export class PgBasePlan implements BasePlan {
  readonly #input: PlanInput;
  readonly #tables: ReadonlyMap<string, StoredTable>;
  readonly #counts = new Map<number, number>();
  #open: { readonly table: StoredTable; readonly stream: CopyStream } | null = null;
  #lines: string[] = [];
  #characters = 0;
  #ended = false;

  constructor(input: PlanInput) {
    this.#input = input;
    this.#tables = new Map(input.tables.map((table) => [table.name, table]));
  }

  async begin(): Promise<void> {
    const { client, schema, tables, guard } = this.#input;
    const { rows } = await client.query<{ version: string }>(
      "SELECT pg_catalog.current_setting('server_version_num') AS version",
    );
    await client.query("BEGIN");
    await client.query(pinStatements(Number(rows[0]?.version)));
    await client.query(guard());
    const names = tables.map((table) => quoteTable({ schema, name: planTable(table) }));
    if (names.length > 0) await client.query(`TRUNCATE ${names.join(", ")}`);
    await client.query(`UPDATE ${quoteIdentifier(schema)}.cycle SET planned = NULL`);
  }

  async add(change: BaseChange): Promise<void> {
    const table = this.#tables.get(change.table);
    if (table === undefined) throw new CodedError("internal", `The base has no table "${change.table}".`);
    if (this.#open?.table !== table) await this.#switchTo(table);
    const images = [
      [change.before, "t"],
      [change.after, "f"],
    ] as const;
    for (const [row, gone] of images)
      if (row !== null) this.#buffer(table, row, [String(STEPS[change.step]), gone, String(change.copies)]);
    this.#counts.set(table.number, (this.#counts.get(table.number) ?? 0) + 1);
    if (this.#characters >= FLUSH_CHARACTERS) await this.#flush();
  }

  #buffer(table: StoredTable, row: PatchRow, own: readonly string[]): void {
    const values = table.columns.map(({ name }) => {
      const value = row.get(name);
      if (value === undefined)
        throw new CodedError("internal", `A row of table "${table.name}" lacks column "${name}".`);
      return value;
    });
    const line = copyLine([...own, ...values]);
    this.#lines.push(line);
    this.#characters += line.length;
  }

  async commit({ target, source }: PlannedApplications): Promise<void> {
    const { client, schema, tables } = this.#input;
    try {
      await this.#close();
      for (const table of tables)
        if ((this.#counts.get(table.number) ?? 0) > 0)
          await client.query(`ANALYZE ${quoteTable({ schema, name: planTable(table) })}`);
      const planned = JSON.stringify({ target, source, tables: Object.fromEntries(this.#counts) });
      await client.query(
        `UPDATE ${quoteIdentifier(schema)}.cycle SET planned = ${quoteLiteral(planned)}::pg_catalog.jsonb, sequence = sequence OPERATOR(pg_catalog.+) 1::pg_catalog.int8`,
      );
      await client.query("COMMIT");
    } catch (error) {
      throw translateBaseError(error, schema);
    }
    await this.discard();
  }

  async discard(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    // In the middle of a COPY nothing else can be said; the server rolls back.
    if (this.#open !== null) this.#input.client.connection.stream.destroy();
    await this.#input.client.end().catch(() => {});
  }

  async #switchTo(table: StoredTable): Promise<void> {
    await this.#close();
    const { client, schema } = this.#input;
    const name = quoteTable({ schema, name: planTable(table) });
    const stream = new CopyStream(
      client,
      `COPY ${name} (step, gone, copies, ${planColumnList(table)}) FROM STDIN`,
    );
    this.#open = { table, stream };
  }

  async #flush(): Promise<void> {
    const lines = this.#lines;
    this.#lines = [];
    this.#characters = 0;
    if (lines.length === 0 || this.#open === null) return;
    try {
      await this.#open.stream.write(lines);
    } catch (error) {
      throw translateBaseError(error, this.#input.schema);
    }
  }

  async #close(): Promise<void> {
    await this.#flush();
    const { schema } = this.#input;
    if (this.#open === null) return;
    try {
      const { sent, arrived } = await this.#open.stream.finish();
      if (sent !== arrived)
        throw new CodedError("internal", `${sent} rows of a plan were sent and ${arrived} arrived.`);
    } catch (error) {
      throw translateBaseError(error, schema);
    }
    this.#open = null;
  }
}
