import type { StatementPage } from "./statements-query.ts";

type Pages = readonly Pick<StatementPage, "items" | "head" | "tail" | "next">[];

/** A part of a script as the editor shows it, and which number each line has. */
export interface ScriptText {
  readonly text: string;
  /** Numbers of statements by line, from line 1; null: a line of the frame. */
  readonly numbers: readonly (number | null)[];
}

const CUT = " … (the file has the rest)";

/** The script from its beginning where nothing comes before the pages, to its end where nothing comes after. */
export function scriptText(pages: Pages, offset: number): ScriptText {
  const [first] = pages;
  const last = pages.at(-1);
  if (first === undefined || last === undefined) return { text: "", numbers: [] };
  const head = offset === 0 ? first.head.trimEnd().split("\n") : [];
  const items = pages.flatMap((page) => page.items);
  const tail = last.next === null ? last.tail.trim().split("\n") : [];
  const lines = [...head, ...items.map(({ text, cut }) => (cut ? text + CUT : text)), ...tail];
  return {
    text: lines.join("\n"),
    numbers: [...head.map(() => null), ...items.map(({ n }) => n), ...tail.map(() => null)],
  };
}
