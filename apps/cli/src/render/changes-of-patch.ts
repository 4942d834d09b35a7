import {
  CodedError,
  type DiffCounts,
  NO_COUNTS,
  type PatchFile,
  type PatchHeader,
  type PatchOperation,
  type PatchRow,
  type PatchTable,
  type RenderInput,
  type RenderResult,
  type RowChange,
  type RowImage,
} from "@syncline/core";

type Choose = (operation: PatchOperation) => boolean;

/** A patch as the renderers of comparisons see it. Its unchanged rows are not known, so they count as none. */
export function renderInputOfPatch(
  { header }: Pick<PatchFile, "header">,
  operations: AsyncIterable<readonly PatchOperation[]>,
  choose: Choose | null = null,
): RenderInput {
  const tally = new Tally(header);
  let finish: (result: RenderResult) => void = () => {};
  const result = new Promise<RenderResult>((resolve) => {
    finish = resolve;
  });
  async function* changes(): AsyncGenerator<RowChange> {
    for await (const batch of operations) {
      for (const operation of batch) if (choose === null || choose(operation)) yield tally.add(operation);
    }
    finish(tally.result(header.metadata.complete));
  }
  return {
    source: header.source.locator,
    target: header.target.locator,
    tables: header.tables.map((patchTable) => ({
      source: nameOf(patchTable),
      target: nameOf(patchTable),
      patchTable,
    })),
    changes: changes(),
    result,
  };
}

function nameOf(table: PatchTable) {
  return { schema: "public", name: table.name };
}

/** Counts what passes, table by table. */
class Tally {
  readonly #header: PatchHeader;
  readonly #counts: { inserts: number; updates: number; deletes: number }[];
  readonly #indexes: ReadonlyMap<string, number>;

  constructor(header: PatchHeader) {
    this.#header = header;
    this.#counts = header.tables.map(() => ({ inserts: 0, updates: 0, deletes: 0 }));
    this.#indexes = new Map(header.tables.map(({ name }, index) => [name, index]));
  }

  add(operation: PatchOperation): RowChange {
    const index = this.#indexes.get(operation.table) ?? -1;
    const table = this.#header.tables[index];
    const counts = this.#counts[index];
    if (table === undefined || counts === undefined) {
      throw new CodedError("file.damaged", `The patch's header has no table "${operation.table}".`);
    }
    if (operation.op === "update") counts.updates += 1;
    else counts[operation.op === "insert" ? "inserts" : "deletes"] += operation.count;
    return rowChange(operation, index, table);
  }

  result(complete: boolean): RenderResult {
    const tables = this.#counts.map((counts): DiffCounts => ({ ...NO_COUNTS, ...counts }));
    const sum = (kind: "inserts" | "updates" | "deletes") =>
      tables.reduce((total, counts) => total + counts[kind], 0);
    return {
      complete,
      stopped: complete ? null : "the comparison behind the patch was cut short",
      tables: tables.map((counts) => ({ counts, changedBytes: 0, recheck: null })),
      totals: { ...NO_COUNTS, inserts: sum("inserts"), updates: sum("updates"), deletes: sum("deletes") },
      elapsedMs: 0,
    };
  }
}

function rowChange(operation: PatchOperation, table: number, { columns, key }: PatchTable): RowChange {
  const image = (row: PatchRow): RowImage => columns.map(([name]) => row.get(name) ?? null);
  const keyImage = key.map((name) => operation.key.get(name) ?? null);
  switch (operation.op) {
    case "insert":
      return { kind: "insert", table, key: keyImage, after: image(operation.new), count: operation.count };
    case "delete":
      return {
        kind: "delete",
        table,
        key: keyImage,
        before: image(operation.old),
        count: operation.count,
        of: operation.of,
      };
    case "update":
      return {
        kind: "update",
        table,
        key: keyImage,
        changes: [...operation.old].map(([column, before]) => ({
          column,
          before,
          after: operation.new.get(column) ?? null,
        })),
      };
  }
}
