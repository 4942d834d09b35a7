import type { RowChange } from "../row-change.ts";
import { displayCount } from "./display-number.ts";
import { displayName } from "./display-value.ts";
import { createPalette, type Palette } from "./palette.ts";
import { DETAILED_PER_KIND, type RenderInput, type RenderResult } from "./render-input.ts";
import { summaryText, tableTitle } from "./render-summary.ts";
import { rowTitle, type TableChange, withTables } from "./table-changes.ts";
import { cutText, padText, textWidth } from "./text-width.ts";

const LONGEST_VALUE = 120;

type Kind = RowChange["kind"];
type Shown = Record<Kind, string[]>;

const KINDS: readonly (readonly [Kind, string, "inserts" | "updates" | "deletes"])[] = [
  ["insert", "+", "inserts"],
  ["update", "~", "updates"],
  ["delete", "-", "deletes"],
];

/** The summary, then of each table the first rows of each kind with their fields. */
export async function* renderDetailed(input: RenderInput): AsyncGenerator<string> {
  const palette = createPalette(input.color ?? false);
  const shown = input.tables.map((): Shown => ({ insert: [], update: [], delete: [] }));
  for await (const item of withTables(input)) {
    const rows = shown[item.change.table]?.[item.change.kind];
    if (rows !== undefined && rows.length < DETAILED_PER_KIND) rows.push(rowText(item, palette));
  }
  const result = await input.result;
  yield summaryText(input, result);
  for (const [index, table] of input.tables.entries()) {
    const text = tableText(tableTitle(table), shown[index], result, index, palette);
    if (text !== "") yield text;
  }
}

function tableText(
  title: string,
  shown: Shown | undefined,
  result: RenderResult,
  index: number,
  palette: Palette,
): string {
  const sections = KINDS.flatMap(([kind, , counted]) => {
    const rows = shown?.[kind] ?? [];
    const all = result.tables[index]?.counts[counted] ?? rows.length;
    if (rows.length === 0) return [];
    const more =
      rows.length >= DETAILED_PER_KIND && all > rows.length
        ? [palette.quiet(`  … and ${displayCount(all - rows.length)} more`)]
        : [];
    return [`${palette[kind](heading(kind, all))}`, ...rows, ...more];
  });
  return sections.length === 0 ? "" : `\n${palette.heading(title)}\n${sections.join("\n")}\n`;
}

function heading(kind: Kind, count: number): string {
  return `  ${displayCount(count)} to ${kind}`;
}

function rowText(item: TableChange, palette: Palette): string {
  const { change, table, display } = item;
  const mark = KINDS.find(([kind]) => kind === change.kind)?.[1] ?? " ";
  const title = `  ${palette[change.kind](`${mark} ${rowTitle(item)}`)}`;
  if (change.kind === "update") {
    const width = Math.max(...change.changes.map(({ column }) => textWidth(displayName(column))));
    const fields = change.changes.map(({ column, before, after }) => {
      const [shownBefore, shownAfter] = display.pair(column, before, after, LONGEST_VALUE);
      const old = palette.delete(cutText(shownBefore, LONGEST_VALUE));
      const fresh = palette.insert(cutText(shownAfter, LONGEST_VALUE));
      return `      ${padText(displayName(column), width)}  ${old} → ${fresh}`;
    });
    return [title, ...fields].join("\n");
  }
  const image = change.kind === "insert" ? change.after : change.before;
  const values = table.patchTable.columns.flatMap(([column], index) =>
    table.patchTable.key.includes(column)
      ? []
      : [`${displayName(column)}: ${cutText(display.value(column, image[index] ?? null), LONGEST_VALUE)}`],
  );
  return values.length === 0 ? title : `${title}\n      ${values.join("  ")}`;
}
