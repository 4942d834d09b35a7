import { CodedError, type PatchOperation, type PatchRow, type RowValue } from "@syncline/core";
import type { Client } from "pg";
import { CopyStream } from "./copy-stream.ts";
import { copyLine, rowLiteral } from "./copy-text.ts";
import { STAGED, STATE, type StagedKind, type StagedTable } from "./staged-table.ts";
import { assertWhole } from "./whole-values.ts";

const FLUSH_CHARACTERS = 1 << 16;

/** Sends operations to the temp tables by COPY; the one of the table at hand stays open from batch to batch. */
export class OperationStager {
  readonly #client: Client;
  readonly #tables: ReadonlyMap<string, StagedTable>;
  readonly #lines = new Map<StagedTable, string[]>();
  #open: { readonly table: StagedTable; readonly stream: CopyStream } | null = null;
  #characters = 0;
  #seq = 0;

  constructor(client: Client, tables: readonly StagedTable[]) {
    this.#client = client;
    this.#tables = new Map(tables.map((table) => [table.name, table]));
  }

  /** Whether a COPY has begun and not ended. */
  get copying(): boolean {
    return this.#open !== null;
  }

  async add(batch: readonly PatchOperation[]): Promise<void> {
    for (const operation of batch) {
      this.#buffer(operation);
      if (this.#characters >= FLUSH_CHARACTERS) await this.#flush();
    }
  }

  async finish(): Promise<void> {
    await this.#flush();
    await this.#close();
  }

  async #flush(): Promise<void> {
    for (const [table, lines] of this.#lines) {
      const stream = await this.#streamOf(table);
      await stream.write(lines);
    }
    this.#lines.clear();
    this.#characters = 0;
  }

  async #streamOf(table: StagedTable): Promise<CopyStream> {
    if (this.#open?.table === table) return this.#open.stream;
    await this.#close();
    const stream = new CopyStream(this.#client, `COPY ${table.stage} (${table.copyColumns()}) FROM STDIN`);
    this.#open = { table, stream };
    return stream;
  }

  async #close(): Promise<void> {
    if (this.#open === null) return;
    const { table, stream } = this.#open;
    const { sent, arrived } = await stream.finish();
    this.#open = null;
    if (sent !== arrived) throw damaged(`${sent} operations were sent and ${arrived} arrived`, table.name);
  }

  #buffer(operation: PatchOperation): void {
    const table = this.#tables.get(operation.table);
    if (table === undefined) throw damaged("the header does not list this table", operation.table);
    this.#seq += 1;
    const line = copyLine(stagedFields(table, operation, this.#seq));
    const lines = this.#lines.get(table) ?? [];
    lines.push(line);
    this.#lines.set(table, lines);
    this.#characters += line.length;
  }
}

function stagedFields(table: StagedTable, operation: PatchOperation, seq: number): RowValue[] {
  const kind = stagedKind(table, operation);
  table.staged[kind] += 1;
  const { group, count, total } = numbers(table, operation);
  const before = operation.op === "insert" ? null : operation.old;
  const after = operation.op === "delete" ? null : operation.new;
  if (operation.op !== "update") assertComplete(table, (after ?? before) as PatchRow);
  if (after !== null) assertWhole(table, after);
  return [
    String(seq),
    kind,
    String(group),
    String(count),
    String(total),
    STATE.pending,
    ...table.key.map((key) => keyValue(table, operation, key.spec.name)),
    ...images(table, before, after),
  ];
}

function images(table: StagedTable, before: PatchRow | null, after: PatchRow | null): RowValue[] {
  const valuesOf = (row: PatchRow | null) =>
    table.columns.map((column) => row?.get(column.spec.name) ?? null);
  const [old, fresh] = [valuesOf(before), valuesOf(after)];
  if (table.wide)
    return [before === null ? null : rowLiteral(old), after === null ? null : rowLiteral(fresh)];
  return old.flatMap((value, at) => [value, fresh[at] ?? null]);
}

function stagedKind(table: StagedTable, operation: PatchOperation): StagedKind {
  const byKey = table.key.length > 0 && table.key.every((key) => operation.key.get(key.spec.name) != null);
  if (operation.op === "insert") return byKey ? STAGED.insert : STAGED.insertMany;
  if (operation.op === "delete") return byKey ? STAGED.delete : STAGED.deleteMany;
  if (!byKey) throw damaged("an update has no complete key", table.name);
  return STAGED.update;
}

function numbers(
  table: StagedTable,
  operation: PatchOperation,
): { group: number; count: number; total: number } {
  if (operation.op === "update")
    return { group: updateGroup(table, operation.old, operation.new), count: 1, total: 1 };
  if (operation.op === "delete") return { group: -1, count: operation.count, total: operation.of };
  return { group: -1, count: operation.count, total: operation.of ?? -1 };
}

function updateGroup(table: StagedTable, before: PatchRow, after: PatchRow): number {
  const changed = table.columns.flatMap((column, at) => (after.has(column.spec.name) ? [at] : []));
  const complete = changed.length === after.size && before.size === after.size && changed.length > 0;
  if (!complete || [...after.keys()].some((name) => !before.has(name))) {
    throw damaged("an update's old and new columns differ, or are not those of the header", table.name);
  }
  return table.groupOf(changed);
}

function keyValue(table: StagedTable, operation: PatchOperation, column: string): RowValue {
  const value = operation.key.get(column);
  if (value === undefined && operation.key.size > 0)
    throw damaged(`an operation lacks key column "${column}"`, table.name);
  return value ?? null;
}

function assertComplete(table: StagedTable, row: PatchRow): void {
  if (row.size === table.columns.length && table.columns.every((column) => row.has(column.spec.name))) return;
  throw damaged("an insert or delete does not carry the header's columns", table.name);
}

function damaged(what: string, table: string): CodedError {
  return new CodedError("file.damaged", `The patch is damaged at table "${table}": ${what}.`, {
    hint: "Make the patch again, or restore the file.",
    details: { table },
  });
}
