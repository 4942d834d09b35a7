export interface ComparedLine {
  readonly text: string;
  /** Whether some other value has no such line. */
  readonly differs: boolean;
}

/** The lines of values beside each other; JSON is laid out first, without touching a number or a key. */
export function comparedLines(
  values: readonly string[],
  json: boolean,
): readonly (readonly ComparedLine[])[] {
  const all = values.map((value) => (json ? layOutJson(value) : value).split("\n"));
  const sets = all.map((lines) => new Set(lines.map(bare)));
  return all.map((lines) =>
    lines.map((text) => ({ text, differs: sets.some((set) => !set.has(bare(text))) })),
  );
}

/** A comma at the end tells of the next line, not of this one. */
const bare = (line: string) => line.replace(/,$/, "");

const INDENT = "  ";

/** JSON text with a line for each member. Numbers keep all their digits, which parsing would lose. */
export function layOutJson(text: string): string {
  let out = "";
  let depth = 0;
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1];
    if (token === "{" || token === "[") {
      const empty = next === "}" || next === "]";
      depth += 1;
      out += empty ? token : `${token}\n${INDENT.repeat(depth)}`;
    } else if (token === "}" || token === "]") {
      depth = Math.max(depth - 1, 0);
      const before = tokens[at - 1];
      out += before === "{" || before === "[" ? token : `\n${INDENT.repeat(depth)}${token}`;
    } else if (token === ",") out += `,\n${INDENT.repeat(depth)}`;
    else out += token === ":" ? ": " : token;
  }
  return out;
}
