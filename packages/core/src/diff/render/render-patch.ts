import type { PatchFile } from "../../patch/codec/patch-reader.ts";
import type { PatchCounts, PatchTable } from "../../patch/patch.ts";
import { rowChange } from "../../patch/patch-to-change.ts";
import { parsePatchTableName } from "../../patch/table-name.ts";
import type { DiffCounts } from "../diff-summary.ts";
import type { RowChange } from "../row-change.ts";
import { displayCount } from "./display-number.ts";
import { createPalette, type Palette } from "./palette.ts";
import { renderDiff } from "./render-diff.ts";
import type { DiffFormat, RenderInput, RenderTable } from "./render-input.ts";
import { padLeft, padText, textWidth } from "./text-width.ts";
import { visibleText } from "./visible-text.ts";

export interface RenderPatchOptions {
  /** `summary` shows what the patch is and no operations; the others show its operations too. */
  readonly format: DiffFormat;
  readonly color?: boolean;
  readonly width?: number;
  /** What each signature is worth, one line each. */
  readonly signatures?: readonly string[];
}

/** A patch for people: what it is, then its operations. `json`, `ndjson`, `sql` and `html` come without the heading. */
export async function* renderPatch(patch: PatchFile, options: RenderPatchOptions): AsyncGenerator<string> {
  const palette = createPalette(options.color ?? false);
  const framed = ["summary", "detailed", "unified", "side-by-side"].includes(options.format);
  if (framed)
    yield `${[...heading(patch, palette), ...signed(options), "", ...counts(patch, palette)].join("\n")}\n`;
  if (options.format === "summary") return;
  const format = options.format === "detailed" ? "unified" : options.format;
  if (framed) yield "\n";
  yield* renderDiff(format, patchAsDiff(patch, options));
}

function heading({ header, footer, hash }: PatchFile, palette: Palette): readonly string[] {
  const { metadata } = header;
  const lines: (readonly [string, string | null])[] = [
    ["Made", `${header.createdAt}${metadata.createdBy === null ? "" : ` by ${metadata.createdBy}`}`],
    ["Source", endpoint(header.source)],
    ["Target", endpoint(header.target)],
    ["Takes back", metadata.inverts],
    ["Filter", metadata.filter === null ? null : JSON.stringify(metadata.filter)],
    ["Fields", metadata.fields?.join(", ") ?? null],
    ["Ignored", metadata.ignoreFields.length === 0 ? null : metadata.ignoreFields.join(", ")],
    [
      "Complete",
      metadata.complete ? "yes" : "no: the comparison was cut short, so its deletes are never applied",
    ],
    ["Content", `sha256:${hash}${footer.checksum.content === null ? " (not recorded in the file)" : ""}`],
  ];
  const shown = lines.filter((line): line is readonly [string, string] => line[1] !== null);
  return [
    palette.heading(`Patch ${visibleText(header.id)}`),
    ...shown.map(([name, value]) => `${padText(name, 11)} ${visibleText(value)}`),
  ];
}

function signed({ signatures = [] }: RenderPatchOptions): readonly string[] {
  return signatures.map((line) => `${padText("Signature", 11)} ${visibleText(line)}`);
}

function endpoint({ locator, version }: { readonly locator: string; readonly version?: string }): string {
  return version === undefined ? locator : `${locator} (${version})`;
}

function counts({ footer }: PatchFile, palette: Palette): readonly string[] {
  const { summary } = footer;
  const all = summary.tables.length > 1 ? [...summary.tables, { ...summary, name: "Total" }] : summary.tables;
  const names = Math.max(5, ...all.map(({ name }) => textWidth(visibleText(name))));
  const cells = (of: PatchCounts) =>
    [of.inserts, of.updates, of.deletes].map((count) => padLeft(displayCount(count), 9)).join("");
  const head = palette.heading(
    padText("Table", names) + ["Insert", "Update", "Delete"].map((text) => padLeft(text, 9)).join(""),
  );
  return [head, ...all.map((table) => padText(visibleText(table.name), names) + cells(table))];
}

function patchAsDiff(patch: PatchFile, options: RenderPatchOptions): RenderInput {
  const { header, footer } = patch;
  const tables = header.tables.map(renderTable);
  const perTable = header.tables.map((table) => ({
    counts: diffCounts(footer.summary.tables.find(({ name }) => name === table.name)),
    changedBytes: 0,
    recheck: null,
  }));
  const { complete } = header.metadata;
  return {
    source: header.source.locator,
    target: header.target.locator,
    tables,
    changes: changesOf(patch),
    result: Promise.resolve({
      complete,
      stopped: complete ? null : "when the patch was made",
      tables: perTable,
      totals: diffCounts(footer.summary),
      elapsedMs: 0,
    }),
    ...(options.color === undefined ? {} : { color: options.color }),
    ...(options.width === undefined ? {} : { width: options.width }),
  };
}

function renderTable(table: PatchTable): RenderTable {
  const parsed = parsePatchTableName(table.name);
  const name = { schema: parsed?.schema ?? "public", name: parsed?.name ?? table.name };
  return { source: name, target: name, patchTable: table };
}

/** A patch does not know how many rows were alike. */
function diffCounts(counts: PatchCounts = { inserts: 0, updates: 0, deletes: 0 }): DiffCounts {
  const { inserts, updates, deletes } = counts;
  return { sourceRows: 0, targetRows: 0, unchanged: 0, inserts, updates, deletes };
}

async function* changesOf(patch: PatchFile): AsyncGenerator<RowChange> {
  const places = new Map(patch.header.tables.map((table, index) => [table.name, { table, index }]));
  for await (const batch of patch.operations()) {
    for (const operation of batch) {
      const place = places.get(operation.table);
      if (place !== undefined) yield rowChange(place.table, place.index, operation);
    }
  }
}
