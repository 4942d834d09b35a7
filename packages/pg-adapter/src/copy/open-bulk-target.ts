import { CodedError, formatQualifiedName, type QualifiedName, type TableSelection } from "@syncline/core";
import type { BulkLoadReport, BulkLoadRequest, BulkTable, BulkTarget, Fence } from "@syncline/engine";
import type { PgScope } from "../scope.ts";
import { assertReadWrite } from "../write/access.ts";
import type { ApplySession } from "../write/apply-session.ts";
import { anyRow } from "./copy-table.ts";
import { takeLoadFence } from "./load-fence.ts";
import { LoadSettings } from "./load-settings.ts";
import { loadTables } from "./load-tables.ts";
import { findObstacles } from "./obstacles.ts";
import { withSession } from "./open-session.ts";
import { recoverRuns } from "./recover-runs.ts";
import { readTargetTables, type TargetTable } from "./target-table.ts";

export interface BulkTargetInput {
  readonly scope: PgScope;
  readonly tables: TableSelection;
  /** Printed locator, without secrets. */
  readonly label: string;
  /** Tables from this size on are loaded in parts over several connections. */
  readonly partBytes?: number;
}

/** Connects when it is first asked. Always `close()`. */
export function openBulkTarget(input: BulkTargetInput): BulkTarget {
  return new PgBulkTarget(input);
}

const LOOK_TIMEOUT_MS = 10_000;

class PgBulkTarget implements BulkTarget {
  readonly #input: BulkTargetInput;
  #described: readonly TargetTable[] = [];

  constructor(input: BulkTargetInput) {
    this.#input = input;
  }

  get label(): string {
    return this.#input.label;
  }

  get tenantSchema(): string {
    return this.#input.scope.schema;
  }

  get named(): readonly QualifiedName[] | null {
    const { tables, scope } = this.#input;
    if (tables.kind === "all") return null;
    return tables.names.map(({ schema, name }) => ({ schema: schema ?? scope.schema, name }));
  }

  async recover(signal: AbortSignal, fence: Fence | null): Promise<readonly string[]> {
    const { scope, label } = this.#input;
    return withSession({ scope, label, signal }, async (session) => {
      if (fence !== null) await takeLoadFence(session.client, label, fence);
      return recoverRuns(session);
    });
  }

  async describe(
    accept: (name: QualifiedName) => boolean,
    signal: AbortSignal,
  ): Promise<readonly BulkTable[]> {
    const { scope, tables, label } = this.#input;
    return this.#look(signal, async (session) => {
      await assertReadWrite(session.client, label);
      const found = await readTargetTables(session.client, scope, tables);
      if (found.length === 0) await this.#assertSchema(session);
      this.#described = tables.kind === "named" ? found : found.filter(({ info }) => accept(info.spec.name));
      for (const wanted of this.named ?? []) this.#assertFound(wanted);
      return this.#described.map(({ table }) => table);
    });
  }

  async #assertSchema({ client }: ApplySession): Promise<void> {
    const { schema } = this.#input.scope;
    const { rows } = await client.query<{ database: string; there: string }>(
      `SELECT pg_catalog.current_database() AS database,
         EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) $1) AS there`,
      [schema],
    );
    if (rows[0]?.there !== "f") return;
    throw new CodedError(
      "tenant.not_found",
      `There is no schema "${schema}" in database "${rows[0]?.database}" (${this.label}).`,
      {
        hint: "Check the tenant's name; names are taken in exact case. `syncline copy --include-schemas` makes it with its tables.",
        details: { schema },
      },
    );
  }

  #assertFound(wanted: QualifiedName): void {
    const found = this.#described.some(
      ({ info: { spec } }) => spec.name.schema === wanted.schema && spec.name.name === wanted.name,
    );
    if (found) return;
    throw new CodedError(
      "table.not_found",
      `There is no table "${wanted.name}" in schema "${wanted.schema}" of ${this.label}.`,
      {
        hint: "Check the name; names are taken in exact case.",
        details: { table: formatQualifiedName(wanted) },
      },
    );
  }

  async occupied(tables: readonly BulkTable[], signal: AbortSignal): Promise<readonly QualifiedName[]> {
    return this.#look(signal, async ({ client }) => {
      const found: QualifiedName[] = [];
      for (const table of tables) {
        if ((await client.query(anyRow(table))).rows.length > 0) found.push(table.spec.name);
      }
      return found;
    });
  }

  async obstacles(
    tables: readonly BulkTable[],
    { triggers, signal }: { readonly triggers: "auto" | "on" | "off"; readonly signal: AbortSignal },
  ): Promise<readonly string[]> {
    const wanted = this.#described.filter(({ table }) => tables.includes(table));
    return this.#look(signal, ({ client }) => findObstacles(client, wanted, triggers));
  }

  async load(request: BulkLoadRequest): Promise<BulkLoadReport> {
    const { scope, label, partBytes } = this.#input;
    const described = this.#described;
    return loadTables({ source: { scope, label, signal: request.signal }, request, described, partBytes });
  }

  async close(): Promise<void> {}

  /** A short read-only look, under the pins. */
  async #look<T>(signal: AbortSignal, work: (session: ApplySession) => Promise<T>): Promise<T> {
    const { scope, label } = this.#input;
    return withSession({ scope, label, signal }, async (session) => {
      await session.client.query("BEGIN READ ONLY");
      await LoadSettings.pin(session.client, LOOK_TIMEOUT_MS);
      const result = await work(session);
      await session.client.query("ROLLBACK");
      return result;
    });
  }
}
