import { invertOperation, type PatchOperation, ScriptStatements } from "@syncline/core";
import type { Direction, ListStatementsInput, StatementPage } from "../result-contract.ts";
import type { ChangeIndex } from "./change-index.ts";
import { createGiveWay, withinBudget } from "./give-way.ts";
import { rankAt, ranksFrom } from "./rank-source.ts";

const ORDER = ["delete", "update", "insert"] as const;
/** An undo deletes what was inserted. */
const UNDONE = { delete: "insert", update: "update", insert: "delete" } as const;
const MOST_TEXT = 2_000_000;
/** Characters of a statement in a list. */
const SHOWN = 20_000;
const TURN_MS = 5;

/** Statements of the script, as `patchSql` writes it over the operations of the index. */
export async function listStatements(index: ChangeIndex, input: ListStatementsInput): Promise<StatementPage> {
  const { direction, offset, limit, signal } = input;
  const statements = new ScriptStatements(index.meta.header.tables);
  const items: StatementPage["items"][number][] = [];
  let [before, length, more] = [0, 0, false];
  const goOn = withinBudget(signal);
  for (const kind of ORDER) {
    const source = index.chosen({ kinds: [direction === "undo" ? UNDONE[kind] : kind] });
    const count = source.count();
    const skip = Math.max(0, offset - before);
    if (skip < count && !more) {
      const first = await rankAt(source, skip, createGiveWay(TURN_MS, signal));
      let at = before + skip;
      for await (const found of index.atRanks(first === null ? [] : ranksFrom(source, first), async () => {
        more = !(await goOn());
        return !more;
      })) {
        if (items.length === limit || length > MOST_TEXT) {
          more = true;
          break;
        }
        at += 1;
        const operation = directed(index.whole(found), direction);
        const text = statements.statement(operation, at);
        const cut = text.length > SHOWN;
        items.push({
          n: at,
          change: found.rank,
          table: operation.table,
          kind: operation.op,
          text: cut ? text.slice(0, SHOWN) : text,
          cut,
        });
        length += text.length;
      }
    }
    before += count;
  }
  const last = items.at(-1)?.n ?? offset;
  return { items, total: before, next: more && last < before ? String(last) : null };
}

export function directed(operation: PatchOperation, direction: Direction): PatchOperation {
  return direction === "undo" ? invertOperation(operation) : operation;
}

/** All operations of the script's kind `kind`, in the order of its statements. */
export async function* statementOperations(
  index: ChangeIndex,
  { direction, kind }: { readonly direction: Direction; readonly kind: PatchOperation["op"] },
  signal?: AbortSignal,
): AsyncGenerator<readonly PatchOperation[]> {
  const kinds = [direction === "undo" ? UNDONE[kind] : kind];
  for await (const batch of index.operations({ kinds }, signal))
    yield batch.map((each) => directed(each, direction));
}
