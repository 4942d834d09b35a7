import type { PatchOperation, PatchRow, RowValue } from "@syncline/core";

const HEAD = "table,kind,key,column,old,new\n";
const BLOCK = 64 * 1024;

/** A line for each value: NULL and what is not there are empty, an empty text is two quotes. */
export async function* changesAsCsv(
  operations: AsyncIterable<readonly PatchOperation[]>,
): AsyncGenerator<string> {
  let text = HEAD;
  for await (const batch of operations) {
    for (const operation of batch) {
      text += linesOf(operation);
      if (text.length < BLOCK) continue;
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}

function linesOf(operation: PatchOperation): string {
  const before: PatchRow = operation.op === "insert" ? new Map() : operation.old;
  const after: PatchRow = operation.op === "delete" ? new Map() : operation.new;
  const start = `${quoted(operation.table)},${operation.op},${quoted(keyText(operation.key))}`;
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((column) => `${start},${quoted(column)},${value(before.get(column))},${value(after.get(column))}\n`)
    .join("");
}

/** The value itself, or several as JSON. */
function keyText(key: PatchRow): string {
  const values = [...key.values()];
  return values.length === 1 ? (values[0] ?? "") : values.length === 0 ? "" : JSON.stringify(values);
}

function value(text: RowValue | undefined): string {
  return text === null || text === undefined ? "" : quoted(text);
}

function quoted(text: string): string {
  return text !== "" && /^[\w .:@/+-]*$/.test(text) && text.trim() === text
    ? text
    : `"${text.replaceAll('"', '""')}"`;
}
