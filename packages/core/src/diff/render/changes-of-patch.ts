import { CodedError } from "../../errors/coded-error.ts";
import type { PatchHeader, PatchOperation, PatchTable } from "../../patch/patch.ts";
import { rowChange } from "../../patch/patch-to-change.ts";
import { parsePatchTableName } from "../../patch/table-name.ts";
import { type DiffCounts, NO_COUNTS } from "../diff-summary.ts";
import type { RowChange } from "../row-change.ts";
import type { RenderInput, RenderResult } from "./render-input.ts";

type Choose = (operation: PatchOperation) => boolean;

/** A patch as the renderers of comparisons see it. Its unchanged rows are not known, so they count as none. */
export function renderInputOfPatch(
  { header }: { readonly header: PatchHeader },
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
  const parsed = parsePatchTableName(table.name);
  return { schema: parsed?.schema ?? "public", name: parsed?.name ?? table.name };
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
    return rowChange(table, index, operation);
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
