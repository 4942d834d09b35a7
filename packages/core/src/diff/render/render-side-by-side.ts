import type { RowValue } from "../../values/row-value.ts";
import { endOf, fitChanged, markedPart } from "./changed-part.ts";
import { displayCount } from "./display-number.ts";
import { displayName } from "./display-value.ts";
import { createPalette, type Palette } from "./palette.ts";
import type { RenderInput } from "./render-input.ts";
import { remarks, tableTitle } from "./render-summary.ts";
import { rowTitle, type TableChange, withTables } from "./table-changes.ts";
import { inBlocks } from "./text-blocks.ts";
import { cutText, padText, textWidth } from "./text-width.ts";
import { visibleText } from "./visible-text.ts";

const DEFAULT_WIDTH = 100;
const NARROWEST = 40;
const MARKS = { insert: "+", update: "~", delete: "-" } as const;

/** Widths of the three parts of a line: column names, the target's values, the source's values. */
interface Layout {
  readonly name: number;
  readonly left: number;
  readonly right: number;
}

/** Two columns of values fitted to the terminal: what the target holds, what the source holds. */
export async function* renderSideBySide(input: RenderInput): AsyncGenerator<string> {
  yield* inBlocks(sideBySideParts(input));
}

async function* sideBySideParts(input: RenderInput): AsyncGenerator<string> {
  const palette = createPalette(input.color ?? false);
  const width = Math.max(NARROWEST, input.width ?? DEFAULT_WIDTH);
  const page = new Page(input, palette, width);
  let tables = 0;
  for await (const item of withTables(input)) {
    if (item.first) {
      if (tables > 0) yield page.bottom();
      yield page.top(item);
      tables += 1;
    }
    yield page.row(item);
  }
  if (tables > 0) yield page.bottom();
  yield page.end(await input.result, tables);
}

class Page {
  readonly #input: RenderInput;
  readonly #palette: Palette;
  readonly #width: number;
  #layout: Layout = { name: 0, left: 0, right: 0 };

  constructor(input: RenderInput, palette: Palette, width: number) {
    this.#input = input;
    this.#palette = palette;
    this.#width = width;
  }

  top(item: TableChange): string {
    this.#layout = layoutOf(item, this.#width);
    const title = cutText(` ${tableTitle(item.table)} `, this.#width - 4);
    const rest = "─".repeat(Math.max(0, this.#width - 2 - textWidth(title)));
    const head = this.#line(
      "",
      this.#side("target", this.#input.target, this.#layout.left),
      this.#side("source", this.#input.source, this.#layout.right),
    );
    return `${this.#palette.quiet("──")}${this.#palette.heading(title)}${this.#palette.quiet(rest)}\n${this.#palette.quiet(head)}\n${this.#rule("┼")}`;
  }

  /** The end of a long locator tells more than its beginning. */
  #side(name: string, locator: string, width: number): string {
    return `${name} ${endOf(visibleText(locator), width - name.length - 1)}`;
  }

  bottom(): string {
    return `${this.#rule("┴")}\n`;
  }

  #rule(cross: string): string {
    const { name, left, right } = this.#layout;
    return `${this.#palette.quiet(["─".repeat(name + 1), "─".repeat(left + 2), "─".repeat(right + 1)].join(cross))}\n`;
  }

  row(item: TableChange): string {
    const { change } = item;
    const paint = this.#palette[change.kind];
    const width = this.#layout.name + this.#layout.left + this.#layout.right + 5;
    const title = paint(cutText(`${MARKS[change.kind]} ${rowTitle(item)}`, width));
    return `${[title, ...this.#fields(item)].join("\n")}\n`;
  }

  #fields(item: TableChange): readonly string[] {
    const { change, table, display } = item;
    if (change.kind === "update") return change.changes.map((field) => this.#changed(item, field));
    const image = change.kind === "insert" ? change.after : change.before;
    return table.patchTable.columns.flatMap(([column], index) => {
      if (table.patchTable.key.includes(column)) return [];
      const value = display.value(column, image[index] ?? null);
      const name = `  ${displayName(column)}`;
      return change.kind === "insert"
        ? [this.#line(name, "", value, "", "insert")]
        : [this.#line(name, value, "", "delete", "")];
    });
  }

  #changed({ display }: TableChange, field: { column: string; before: RowValue; after: RowValue }): string {
    const [before, after] = display.pair(field.column, field.before, field.after);
    const { left, right } = this.#layout;
    const whole = field.before === null || field.after === null;
    const part = whole ? { head: "", before, after, tail: "" } : markedPart(before, after);
    const oldText = fitChanged(part.head, part.before, part.tail, left, this.#palette.delete);
    const newText = fitChanged(part.head, part.after, part.tail, right, this.#palette.insert);
    return this.#joined(this.#name(`  ${displayName(field.column)}`), padPainted(oldText, left), newText);
  }

  #name(text: string): string {
    return padText(cutText(text, this.#layout.name), this.#layout.name);
  }

  #line(
    name: string,
    left: string,
    right: string,
    leftKind: "" | "delete" = "",
    rightKind: "" | "insert" = "",
  ): string {
    const leftText = padText(cutText(left, this.#layout.left), this.#layout.left);
    const rightText = cutText(right, this.#layout.right);
    return this.#joined(
      this.#name(name),
      leftKind === "" ? leftText : this.#palette.delete(leftText),
      rightKind === "" ? rightText : this.#palette.insert(rightText),
    );
  }

  #joined(name: string, left: string, right: string): string {
    const bar = this.#palette.quiet("│");
    return `${name} ${bar} ${left} ${bar} ${right}`.trimEnd();
  }

  end(result: Parameters<typeof remarks>[0], tables: number): string {
    const { inserts, updates, deletes, unchanged } = result.totals;
    if (tables === 0 && inserts + updates + deletes === 0 && result.complete) {
      return `${this.#palette.good("✓ Identical")}: ${displayCount(unchanged)} rows.\n`;
    }
    const counts = [
      this.#palette.insert(`+ ${displayCount(inserts)} to insert`),
      this.#palette.update(`~ ${displayCount(updates)} to update`),
      this.#palette.delete(`- ${displayCount(deletes)} to delete`),
    ];
    if (result.totals.sourceRows + result.totals.targetRows > 0)
      counts.push(this.#palette.quiet(`${displayCount(unchanged)} unchanged`));
    return `${[counts.join("   "), ...remarks(result, this.#palette)].join("\n")}\n`;
  }
}

function layoutOf({ table }: { readonly table: TableChange["table"] }, width: number): Layout {
  const longest = Math.max(
    ...table.patchTable.columns.map(([column]) => textWidth(displayName(column)) + 2),
    4,
  );
  const name = Math.min(longest, Math.max(12, Math.floor(width / 4)));
  const rest = width - name - 6;
  const left = Math.floor(rest / 2);
  return { name, left, right: rest - left };
}

/** Pads text that holds escape sequences of ours, which take no room. */
function padPainted(text: string, width: number): string {
  // biome-ignore lint/complexity/useRegexLiterals: a literal would hold the bare control character
  const plain = text.replace(new RegExp("\\u001b\\[\\d+m", "g"), "");
  return text + " ".repeat(Math.max(0, width - textWidth(plain)));
}
