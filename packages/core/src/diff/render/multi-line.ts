import { visibleText } from "./visible-text.ts";

const MOST_LINES = 400;
const MOST_CELLS = 40_000;

/** One line of a multi-line value: on both sides, or only on one. */
export interface ValueLine {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/** Whether a value is better shown line by line. */
export function isMultiLine(value: string | null): value is string {
  return value?.includes("\n") ?? false;
}

export function valueLines(value: string, mark: ValueLine["mark"]): readonly ValueLine[] {
  const lines = value.split("\n");
  const shown = lines.slice(0, MOST_LINES).map((text) => ({ mark, text: visibleText(text) }));
  const hidden = lines.length - shown.length;
  return hidden > 0 ? [...shown, { mark, text: `… and ${hidden} more lines` }] : shown;
}

/** Lines of two values with what they share shown once (longest common subsequence; plain blocks when too long). */
export function changedLines(before: string, after: string): readonly ValueLine[] {
  const a = before.split("\n");
  const b = after.split("\n");
  if (a.length * b.length > MOST_CELLS) return [...valueLines(before, "-"), ...valueLines(after, "+")];
  const lengths = commonLengths(a, b);
  const lines: ValueLine[] = [];
  const add = (mark: ValueLine["mark"], text: string | undefined) =>
    lines.push({ mark, text: visibleText(text ?? "") });
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add(" ", a[i]);
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || at(lengths, i + 1, j) >= at(lengths, i, j + 1))) {
      add("-", a[i]);
      i += 1;
    } else {
      add("+", b[j]);
      j += 1;
    }
  }
  return lines;
}

function at(lengths: readonly Uint16Array[], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0;
}

/** Length of the longest common subsequence of both ends, by start. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly Uint16Array[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    const row = lengths[i] as Uint16Array;
    for (let j = b.length - 1; j >= 0; j -= 1) {
      row[j] =
        a[i] === b[j] ? at(lengths, i + 1, j + 1) + 1 : Math.max(at(lengths, i + 1, j), row[j + 1] ?? 0);
    }
  }
  return lengths;
}
