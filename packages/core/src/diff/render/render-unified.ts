import { formatQualifiedName } from "../../values/qualified-name.ts";
import type { RowValue } from "../../values/row-value.ts";
import type { RowChange } from "../row-change.ts";
import { displayName } from "./display-value.ts";
import { changedLines, isMultiLine, type ValueLine, valueLines } from "./multi-line.ts";
import { createPalette, type Palette } from "./palette.ts";
import type { RenderInput, RenderTable } from "./render-input.ts";
import { remarks } from "./render-summary.ts";
import { rowTitle, type TableChange, withTables } from "./table-changes.ts";
import { inBlocks } from "./text-blocks.ts";
import { visibleText } from "./visible-text.ts";

/** As git shows files: a header for each table, a hunk for each row, the target's values with -, the source's with +. */
export async function* renderUnified(input: RenderInput): AsyncGenerator<string> {
  yield* inBlocks(unifiedParts(input));
}

async function* unifiedParts(input: RenderInput): AsyncGenerator<string> {
  const palette = createPalette(input.color ?? false);
  for await (const item of withTables(input)) {
    if (item.first) yield tableHeader(input, item.table, palette);
    yield `${hunk(item, palette).join("\n")}\n`;
  }
  const notes = remarks(await input.result, palette);
  if (notes.length > 0) yield `${notes.map((note) => `# ${note}`).join("\n")}\n`;
}

function tableHeader(input: RenderInput, table: RenderTable, palette: Palette): string {
  const target = visibleText(`${input.target} ${formatQualifiedName(table.target)}`);
  const source = visibleText(`${input.source} ${formatQualifiedName(table.source)}`);
  const name = palette.heading(`diff ${visibleText(table.patchTable.name)}`);
  return `${name}\n${palette.delete(`--- ${target}`)}\n${palette.insert(`+++ ${source}`)}\n`;
}

function hunk(item: TableChange, palette: Palette): readonly string[] {
  const { change, table } = item;
  const title = `@@ ${rowTitle(item)} @@ ${change.kind}`;
  const lines = change.kind === "update" ? updateLines(item, change) : imageLines(item, table, change);
  return [palette.update(title), ...lines.map((line) => paintLine(line, palette))];
}

function paintLine({ mark, text }: ValueLine, palette: Palette): string {
  const line = mark + text;
  return mark === "-" ? palette.delete(line) : mark === "+" ? palette.insert(line) : palette.quiet(line);
}

function updateLines(item: TableChange, change: RowChange & { kind: "update" }): readonly ValueLine[] {
  return change.changes.flatMap(({ column, before, after }) => {
    if (!isMultiLine(before) && !isMultiLine(after)) return pairLines(item, column, before, after);
    if (!isMultiLine(before) || !isMultiLine(after)) {
      return [...fieldLines(item, column, before, "-"), ...fieldLines(item, column, after, "+")];
    }
    return block(column, " ", changedLines(before, after));
  });
}

function pairLines(
  item: TableChange,
  column: string,
  before: RowValue,
  after: RowValue,
): readonly ValueLine[] {
  const [old, fresh] = item.display.pair(column, before, after);
  const name = displayName(column);
  return [
    { mark: "-", text: `${name}: ${old}` },
    { mark: "+", text: `${name}: ${fresh}` },
  ];
}

function imageLines(
  item: TableChange,
  table: RenderTable,
  change: RowChange & { kind: "insert" | "delete" },
): readonly ValueLine[] {
  const image = change.kind === "insert" ? change.after : change.before;
  const mark = change.kind === "insert" ? "+" : "-";
  return table.patchTable.columns.flatMap(([column], index) =>
    fieldLines(item, column, image[index] ?? null, mark),
  );
}

function fieldLines(
  item: TableChange,
  column: string,
  value: RowValue,
  mark: "-" | "+",
): readonly ValueLine[] {
  if (isMultiLine(value)) return block(column, mark, valueLines(value, mark));
  return [{ mark, text: `${displayName(column)}: ${item.display.value(column, value)}` }];
}

/** A value of several lines: the column's name, then each line behind a bar. */
function block(column: string, mark: ValueLine["mark"], lines: readonly ValueLine[]): readonly ValueLine[] {
  return [
    { mark, text: `${displayName(column)}:` },
    ...lines.map((line) => ({ ...line, text: `  │ ${line.text}` })),
  ];
}
