import { formatQualifiedName, type PatchOperation, type RowScope, type TableSpec } from "@syncline/core";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { RunContext } from "../../ports/run-context.ts";
import type { MergedTable } from "./merge-tables.ts";
import { type FoundRow, openRowLookups, type RowLookups } from "./row-lookups.ts";

/** Equal values of these types have one text. */
const ONE_TEXT = new Set([
  "smallint",
  "integer",
  "bigint",
  "uuid",
  "text",
  "character varying",
  "boolean",
  "bytea",
  "date",
  "timestamp without time zone",
  "timestamp with time zone",
]);

/** Tables of ours in which a row with the key of an added one may stand unseen: out of scope, or its key written otherwise. */
export function tablesToScreen(
  tables: readonly TableSpec[],
  scopes: ReadonlyMap<string, RowScope>,
): ReadonlySet<string> {
  const screened = tables.filter((table) => {
    const kind = scopes.get(formatQualifiedName(table.name))?.kind ?? "all";
    const keyed = new Set(table.keys.flatMap(({ columns }) => columns));
    const wide = table.columns.some(
      ({ name, type, nondeterministicCollation }) =>
        keyed.has(name) && (!ONE_TEXT.has(type.base) || nondeterministicCollation !== null),
    );
    return kind !== "all" || wide;
  });
  return new Set(screened.map(({ name }) => formatQualifiedName(name)));
}

interface ScreenInput {
  readonly ctx: RunContext;
  readonly openOurs: () => Promise<Endpoint>;
  readonly tables: readonly MergedTable[];
  readonly screened: ReadonlySet<string>;
}

/** Looks for rows of ours that have the key of a row to be added. Opens ours when it first has to. */
export class InsertScreen {
  readonly #input: ScreenInput;
  readonly #names: ReadonlySet<string>;
  #opened: { readonly endpoint: Endpoint; readonly lookups: RowLookups } | null = null;

  constructor(input: ScreenInput) {
    this.#input = input;
    const tables = input.tables.filter(({ table }) => input.screened.has(formatQualifiedName(table.target)));
    this.#names = new Set(tables.map(({ table }) => table.patchTable.name));
  }

  /** Rows that stand in the way, aligned with the operations. */
  async find(operations: readonly PatchOperation[]): Promise<readonly (FoundRow | null)[]> {
    const found: (FoundRow | null)[] = operations.map(() => null);
    for (const name of this.#names) {
      const places = [...operations.keys()].filter((at) => isKeyedInsert(operations[at], name));
      if (places.length === 0) continue;
      const { lookups } = await this.#open();
      const keys = places.map((at) => [...(operations[at]?.key.values() ?? [])]);
      const rows = (await lookups.byTable.get(name)?.(keys)) ?? [];
      for (const [index, at] of places.entries()) found[at] = rows[index] ?? null;
    }
    return found;
  }

  async close(): Promise<void> {
    await this.#opened?.lookups.close();
    await this.#opened?.endpoint.close();
  }

  async #open() {
    if (this.#opened !== null) return this.#opened;
    const { ctx, openOurs, tables } = this.#input;
    const endpoint = await openOurs();
    try {
      const patchTables = tables.map(({ table }) => table.patchTable);
      const lookups = await openRowLookups({ target: endpoint, tables: patchTables, ctx });
      this.#opened = { endpoint, lookups };
      return this.#opened;
    } catch (error) {
      await endpoint.close();
      throw error;
    }
  }
}

function isKeyedInsert(operation: PatchOperation | undefined, table: string): boolean {
  return operation?.op === "insert" && operation.table === table && operation.key.size > 0;
}
