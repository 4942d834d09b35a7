import type { RowValue } from "../../values/row-value.ts";
import { countDifferences, type DiffCounts } from "../diff-summary.ts";
import type { RowChange } from "../row-change.ts";
import { markedPart } from "./changed-part.ts";
import { displayCount, displayDuration } from "./display-number.ts";
import { displayName, firstDifference } from "./display-value.ts";
import { PAGE_END, PAGE_FILTER, pageStart } from "./html-page.ts";
import { htmlText, htmlValue } from "./html-text.ts";
import { createPalette } from "./palette.ts";
import type { RenderInput, RenderResult } from "./render-input.ts";
import { remarks, tableTitle } from "./render-summary.ts";
import { rowTitle, type TableChange, withTables } from "./table-changes.ts";
import { inBlocks } from "./text-blocks.ts";
import { visibleText } from "./visible-text.ts";

/** Rows of one table that a browser still scrolls well. */
const MOST_ROWS = 5_000;
const LONGEST_VALUE = 20_000;
const MARKS = { insert: "+", update: "~", delete: "−" } as const;
const CLASSES = { insert: "i", update: "u", delete: "d" } as const;

/** One self-contained page. The verdicts are written last, when they are known, and shown first by the style sheet. */
export async function* renderHtml(input: RenderInput): AsyncGenerator<string> {
  yield* inBlocks(htmlParts(input));
}

async function* htmlParts(input: RenderInput): AsyncGenerator<string> {
  yield pageStart(htmlText(`${visibleText(input.source)} → ${visibleText(input.target)}`));
  yield pageHeader(input);
  yield "<main>\n";
  const shown = input.tables.map(() => 0);
  let open = false;
  for await (const item of withTables(input)) {
    const index = item.change.table;
    if (item.first) {
      yield (open ? SECTION_END : "") + sectionStart(item, index);
      open = true;
    }
    const rows = (shown[index] ?? 0) + 1;
    shown[index] = rows;
    if (rows <= MOST_ROWS) yield rowHtml(item);
  }
  if (open) yield SECTION_END;
  const result = await input.result;
  yield `${cutNotes(input, result, shown)}</main>\n${shown.some((rows) => rows > 0) ? PAGE_FILTER : ""}${verdicts(input, result)}`;
  yield `<footer>Compared in ${displayDuration(result.elapsedMs)}. Old values stand above new ones. · Made by Syncline.</footer>\n`;
  yield shown.some((rows) => rows > 0) ? PAGE_END : "</body></html>\n";
}

function pageHeader(input: RenderInput): string {
  const side = (text: string) => `<b>${htmlText(visibleText(text))}</b>`;
  return `<header><h1>What would make the target equal the source</h1><p class="sides"><span>Source</span>${side(input.source)}<span>Target</span>${side(input.target)}</p></header>\n`;
}

function sectionStart({ table }: TableChange, index: number): string {
  const name = htmlText(tableTitle(table));
  return `<section data-t="${index}" data-n="${name}" id="t${index}"><h2>${name}</h2><table class="rows"><colgroup><col class="c"><col></colgroup>\n`;
}

const SECTION_END = "</table></section>\n";

function rowHtml(item: TableChange): string {
  const { change } = item;
  const kind = CLASSES[change.kind];
  const title = `<tr class="h"><th colspan="2" class="${kind}"><span class="m">${MARKS[change.kind]}</span>${htmlText(rowTitle(item))}</th></tr>`;
  return `<tbody data-k="${change.kind}">${title}${fields(item, change)}</tbody>\n`;
}

function fields({ table, display }: TableChange, change: RowChange): string {
  if (change.kind === "update") {
    return change.changes
      .map(({ column, before, after }) =>
        fieldRow(column, changedValues(display.raw(column, before), display.raw(column, after))),
      )
      .join("");
  }
  const image = change.kind === "insert" ? change.after : change.before;
  const kind = change.kind === "insert" ? "a" : "o";
  return table.patchTable.columns
    .map(([column], index) => fieldRow(column, valueBox(kind, display.raw(column, image[index] ?? null))))
    .join("");
}

function fieldRow(column: string, values: string): string {
  return `<tr><th class="c" scope="row">${htmlText(displayName(column))}</th><td>${values}</td></tr>`;
}

function valueBox(kind: "o" | "a", value: RowValue): string {
  return `<span class="v ${kind}">${value === null ? NULL : htmlValue(cut(value))}</span>`;
}

const NULL = '<span class="null">NULL</span>';

/** Old over new, with the part that differs marked when the rest is shared. */
function changedValues(before: RowValue, after: RowValue): string {
  if (before === null || after === null || before === "" || after === "") {
    return valueBox("o", before) + valueBox("a", after);
  }
  if (before.length + after.length > LONGEST_VALUE) {
    const start = Math.max(0, firstDifference(before, after) - 200);
    const end = (value: string) => (start > 0 ? "…" : "") + value.slice(start);
    return valueBox("o", end(before)) + valueBox("a", end(after));
  }
  const part = markedPart(before, after);
  if (part.head === "" && part.tail === "") return valueBox("o", before) + valueBox("a", after);
  const box = (kind: "o" | "a", changed: string) => {
    const marked = changed === "" ? "" : `<b>${htmlValue(changed)}</b>`;
    return `<span class="v ${kind}">${around(part.head)}${marked}${around(part.tail)}</span>`;
  };
  return box("o", part.before) + box("a", part.after);
}

function around(text: string): string {
  return text === "" ? "" : htmlValue(text);
}

function cut(value: string): string {
  return value.length <= LONGEST_VALUE
    ? value
    : `${value.slice(0, LONGEST_VALUE)}… (${displayCount(value.length)} characters)`;
}

function cutNotes(input: RenderInput, result: RenderResult, shown: readonly number[]): string {
  const notes = input.tables.flatMap((table, index) => {
    const all = result.tables[index] === undefined ? 0 : countDifferences(result.tables[index].counts);
    const rows = shown[index] ?? 0;
    return rows > MOST_ROWS
      ? [
          `<p class="note">${htmlText(tableTitle(table))}: the first ${displayCount(MOST_ROWS)} of ${displayCount(Math.max(all, rows))} rows are shown.</p>`,
        ]
      : [];
  });
  return notes.join("");
}

function verdicts(input: RenderInput, result: RenderResult): string {
  const head = ["Table", "Source rows", "Target rows", "Unchanged", "Insert", "Update", "Delete"];
  const rows = input.tables.map((table, index) => {
    const counts = result.tables[index]?.counts;
    const name = htmlText(tableTitle(table));
    const changed = counts !== undefined && countDifferences(counts) > 0;
    return `<tr><td>${changed ? `<a href="#t${index}">${name}</a>` : `${name} <span class="ok">✓ identical</span>`}</td>${countCells(counts)}</tr>`;
  });
  const total =
    input.tables.length > 1 ? `<tfoot><tr><td>Total</td>${countCells(result.totals)}</tr></tfoot>` : "";
  const notes = remarks(result, createPalette(false)).map((note) => `<p class="note">${htmlText(note)}</p>`);
  const headings = head
    .map((text, index) => `<th scope="col"${index === 0 ? "" : ' class="n"'}>${text}</th>`)
    .join("");
  return `<section class="verdicts" aria-label="Verdicts">${notes.join("")}<table><thead><tr>${headings}</tr></thead><tbody>${rows.join("\n")}</tbody>${total}</table></section>\n`;
}

function countCells(counts: DiffCounts | undefined): string {
  if (counts === undefined) return "";
  const { sourceRows, targetRows, unchanged, inserts, updates, deletes } = counts;
  const cell = (count: number, kind: string) =>
    `<td class="n ${count === 0 ? "zero" : kind}">${displayCount(count)}</td>`;
  return (
    cell(sourceRows, "") +
    cell(targetRows, "") +
    cell(unchanged, "") +
    cell(inserts, "i") +
    cell(updates, "u") +
    cell(deletes, "d")
  );
}
