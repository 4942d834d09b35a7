import { countDifferences, type DiffCounts } from "../diff-summary.ts";
import {
  displayBytes,
  displayCount,
  displayDuration,
  displayPercent,
  displayRows,
} from "./display-number.ts";
import { displayName } from "./display-value.ts";
import { createPalette, type Palette } from "./palette.ts";
import type { RenderInput, RenderResult, RenderTable } from "./render-input.ts";
import { padLeft, padText, textWidth } from "./text-width.ts";
import { visibleText } from "./visible-text.ts";

/** Rows a second that an apply is taken to manage; for the estimate alone. */
const APPLY_ROWS_PER_SECOND = 25_000;
const APPLY_OVERHEAD_MS = 200;

/** Counts with percentages, and what a sync would cost. */
export async function* renderSummary(input: RenderInput): AsyncGenerator<string> {
  for await (const _ of input.changes);
  const result = await input.result;
  yield summaryText(input, result);
}

export function summaryText(input: RenderInput, result: RenderResult): string {
  const palette = createPalette(input.color ?? false);
  const lines = [...sides(input, palette), ""];
  if (input.tables.length > 1) lines.push(...tableGrid(input, result, palette), "");
  if (countDifferences(result.totals) === 0 && result.complete) lines.push(identical(input, result, palette));
  else lines.push(...differences(result, palette));
  lines.push(...remarks(result, palette));
  return `${lines.join("\n")}\n`;
}

function sides(input: RenderInput, palette: Palette): readonly string[] {
  return [
    `${palette.heading("Source")}  ${visibleText(input.source)}`,
    `${palette.heading("Target")}  ${visibleText(input.target)}`,
  ];
}

function identical(input: RenderInput, result: RenderResult, palette: Palette): string {
  const where = input.tables.length === 1 ? "" : ` in ${input.tables.length} tables`;
  const rows = displayRows(result.totals.sourceRows);
  return `${palette.good("✓ Identical")}: ${rows}${where}, compared in ${displayDuration(result.elapsedMs)}.`;
}

function differences(result: RenderResult, palette: Palette): readonly string[] {
  const { totals } = result;
  const all = totals.unchanged + countDifferences(totals);
  const rows: readonly (readonly [string, number, string])[] = [
    ["Source rows", totals.sourceRows, ""],
    ["Target rows", totals.targetRows, ""],
    ["Unchanged", totals.unchanged, displayPercent(totals.unchanged, all)],
    [palette.insert("To insert"), totals.inserts, displayPercent(totals.inserts, all)],
    [palette.update("To update"), totals.updates, displayPercent(totals.updates, all)],
    [palette.delete("To delete"), totals.deletes, displayPercent(totals.deletes, all)],
  ];
  const width = Math.max(...rows.map(([, count]) => displayCount(count).length));
  const labels = ["Source rows", "Target rows", "Unchanged", "To insert", "To update", "To delete"];
  const lines = rows.map(([label, count, percent], index) => {
    const space = " ".repeat(13 - (labels[index] ?? "").length);
    return `${label}${space}${padLeft(displayCount(count), width)}  ${padLeft(percent, 9)}`.trimEnd();
  });
  return [...lines, "", estimate(result, palette)];
}

/** One line on what bringing the target up to the source would take. */
function estimate(result: RenderResult, palette: Palette): string {
  const operations = countDifferences(result.totals);
  const bytes = result.tables.reduce((sum, table) => sum + table.changedBytes, 0);
  const time = APPLY_OVERHEAD_MS + (operations / APPLY_ROWS_PER_SECOND) * 1000;
  const size = bytes > 0 ? `${displayBytes(bytes)} and ` : "";
  const sync = `Estimated sync: ${displayCount(operations)} ${operations === 1 ? "operation" : "operations"}, about ${size}${displayDuration(time)}.`;
  return `${sync} ${palette.quiet(`Compared in ${displayDuration(result.elapsedMs)}.`)}`;
}

const GRID_HEAD = ["Table", "Source", "Target", "Unchanged", "Insert", "Update", "Delete", ""];

function tableGrid(input: RenderInput, result: RenderResult, palette: Palette): readonly string[] {
  const rows = input.tables.map((table, index) => gridRow(tableTitle(table), result.tables[index]?.counts));
  const total = gridRow("Total", result.totals);
  const cells = [GRID_HEAD, ...rows, total];
  const widths = GRID_HEAD.map((_, column) => Math.max(...cells.map((row) => textWidth(row[column] ?? ""))));
  const line = (row: readonly string[], paint: (text: string, column: number) => string) =>
    row
      .map((cell, column) =>
        paint(
          column === 0 || column === 7
            ? padText(cell, widths[column] ?? 0)
            : padLeft(cell, widths[column] ?? 0),
          column,
        ),
      )
      .join("  ")
      .trimEnd();
  const byKind = (text: string, column: number) => {
    if (text.trim() === "0") return palette.quiet(text);
    return column === 4
      ? palette.insert(text)
      : column === 5
        ? palette.update(text)
        : column === 6
          ? palette.delete(text)
          : column === 7
            ? palette.good(text)
            : text;
  };
  return [
    line(GRID_HEAD, (text) => palette.heading(text)),
    ...rows.map((row) => line(row, byKind)),
    line(total, (text) => palette.heading(text)),
  ];
}

function gridRow(name: string, counts: DiffCounts | undefined): readonly string[] {
  if (counts === undefined) return [name];
  const { sourceRows, targetRows, unchanged, inserts, updates, deletes } = counts;
  const verdict = name !== "Total" && countDifferences(counts) === 0 ? "✓" : "";
  return [name, ...[sourceRows, targetRows, unchanged, inserts, updates, deletes].map(displayCount), verdict];
}

/** The target's name, and the source's when it is another. */
export function tableTitle(table: RenderTable): string {
  const name = visibleText(table.patchTable.name);
  return table.source.name === table.target.name
    ? name
    : `${name} (source: ${displayName(table.source.name)})`;
}

/** What people must know of a comparison besides its counts. */
export function remarks(result: RenderResult, palette: Palette): readonly string[] {
  const lines: string[] = [];
  if (!result.complete) {
    lines.push(
      palette.warning(
        `! Stopped early (${result.stopped ?? "a limit was reached"}): the counts cover only what was compared.`,
      ),
    );
  }
  const rechecked = result.tables.map((table) => table.recheck).filter((recheck) => recheck !== null);
  if (rechecked.length > 0) {
    const stable = rechecked.reduce((sum, { stable }) => sum + stable, 0);
    const inFlight = rechecked.reduce((sum, { inFlight }) => sum + inFlight, 0);
    lines.push(
      `Looked at again: ${displayCount(stable)} differences are stable, ${displayCount(inFlight)} were in flight.`,
    );
  }
  return lines;
}
