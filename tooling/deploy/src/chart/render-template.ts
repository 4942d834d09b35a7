import { stringify } from "yaml";

/** What `{{ … }}` can reach: `.Values`, `.Release`, `.Chart`, and in a `range` the item as `.` and its variables. */
export interface TemplateData {
  readonly [name: string]: unknown;
}

interface Action {
  readonly text: string;
  readonly at: number;
}

type Piece = string | Action;

interface Frame {
  readonly data: TemplateData;
  readonly item: unknown;
  readonly variables: Readonly<Record<string, unknown>>;
}

const BLOCK = /^(?:if|range)\b/;

/**
 * Renders the part of Helm's templates that our chart keeps to: values, `if` and `else`, `range` over lists and maps, and the
 * functions `quote`, `default`, `toJson`, `toYaml`, `nindent`. Anything else, and a value that is not there, is an error: Helm would print nothing.
 */
export function renderTemplate(text: string, data: TemplateData): string {
  const pieces = split(text);
  const { output, next } = renderUntil(pieces, 0, { data, item: data, variables: {} });
  if (next < pieces.length) throw new Error(`nothing is open for "${describe(pieces[next])}"`);
  return output;
}

function split(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { 0: whole, 1: trimBefore, 2: action = "", 3: trimAfter, index } of text.matchAll(
    /\{\{(-?)\s*([\s\S]*?)\s*(-?)\}\}/g,
  )) {
    const before = text.slice(at, index);
    pieces.push(trimBefore === "-" ? before.trimEnd() : before, { text: action, at: index });
    at = index + whole.length;
    if (trimAfter === "-") at += (/^\s*/.exec(text.slice(at))?.[0] ?? "").length;
  }
  return [...pieces, text.slice(at)];
}

interface Rendered {
  readonly output: string;
  /** The piece that ended it: `else` or `end`, or one after the last. */
  readonly next: number;
}

function renderUntil(pieces: readonly Piece[], from: number, frame: Frame): Rendered {
  let output = "";
  let at = from;
  while (at < pieces.length) {
    const piece = pieces[at] ?? "";
    if (typeof piece === "string") output += piece;
    else if (piece.text === "end" || piece.text === "else") return { output, next: at };
    else if (BLOCK.test(piece.text)) {
      const block = renderBlock(pieces, at, frame);
      output += block.output;
      at = block.next;
    } else output += String(evaluate(piece.text, frame));
    at += 1;
  }
  return { output, next: at };
}

function renderBlock(pieces: readonly Piece[], at: number, frame: Frame): Rendered {
  const { text } = pieces[at] as Action;
  const [, keyword = "", names, expression = ""] =
    /^(if|range)\s+(?:(\$\w+,\s*\$\w+)\s*:=\s*)?(.*)$/.exec(text) ?? [];
  const value = evaluate(expression, frame);
  const frames = keyword === "if" ? (truthy(value) ? [frame] : []) : items(value, { names, frame });
  const inside = (each: Frame) => renderUntil(pieces, at + 1, each);
  const output = frames.map((each) => inside(each).output).join("");
  const first = inside(frames[0] ?? { ...frame, item: "", variables: placeholders(names) });
  if (describe(pieces[first.next]) !== "else") return { output, next: ended(pieces, first.next) };
  const other = renderUntil(pieces, first.next + 1, frame);
  return { output: frames.length > 0 ? output : other.output, next: ended(pieces, other.next) };
}

function ended(pieces: readonly Piece[], at: number): number {
  if (describe(pieces[at]) === "end") return at;
  throw new Error("a block has no end");
}

function items(
  value: unknown,
  { names, frame }: { readonly names: string | undefined; readonly frame: Frame },
): Frame[] {
  const [name = "", each = ""] = (names ?? "").split(/,\s*/);
  return Object.entries(value as object).map(([key, item]) => ({
    ...frame,
    item,
    variables: names === undefined ? frame.variables : { ...frame.variables, [name]: key, [each]: item },
  }));
}

function placeholders(names: string | undefined): Record<string, unknown> {
  return Object.fromEntries((names ?? "").split(/,\s*/).map((name) => [name, ""]));
}

function evaluate(expression: string, frame: Frame): unknown {
  const [first = "", ...functions] = expression.split(/\s+\|\s+/);
  return functions.reduce((value, call) => apply(call, value, frame), lookUp(first, frame));
}

function apply(call: string, value: unknown, frame: Frame): unknown {
  const [name, argument] = call.split(/\s+/);
  if (name === "quote") return JSON.stringify(String(value));
  if (name === "toJson") return JSON.stringify(value);
  if (name === "toYaml") return stringify(value).trimEnd();
  if (name === "nindent") return `\n${String(value).replace(/^/gm, " ".repeat(Number(argument)))}`;
  if (name === "default" && argument !== undefined) return truthy(value) ? value : lookUp(argument, frame);
  throw new Error(`the function "${call}" is not one that our chart keeps to`);
}

function lookUp(path: string, { data, item, variables }: Frame): unknown {
  if (path === ".") return item;
  if (path.startsWith("$")) return known(variables[path], path);
  if (!/^(\.\w+)+$/.test(path)) throw new Error(`"${path}" is not understood`);
  const names = path.slice(1).split(".");
  return known(
    names.reduce<unknown>((found, name) => (found as Record<string, unknown> | undefined)?.[name], data),
    path,
  );
}

function known(value: unknown, path: string): unknown {
  if (value === undefined) throw new Error(`there is no "${path}"`);
  return value;
}

function truthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === "object" && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}

function describe(piece: Piece | undefined): string {
  return typeof piece === "object" ? piece.text : "";
}
