import type { RowValue } from "@syncline/core";
import { damaged, JsonCursor, unsupported } from "@syncline/core/codec";
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar } from "yaml";
import type { ColumnPlan } from "./column-plan.ts";
import { ROWS_HINT } from "./row-format.ts";
import type { YamlItem } from "./yaml-items.ts";
import { describeForm, isPlainText, plainValue, yamlKey } from "./yaml-scalars.ts";

/** Above it, only the form that we write ourselves is read: the general parser needs many times the text. */
const MAX_FREE_CHARACTERS = 16 * 1024 * 1024;
/** Colons and commas that the general parser is given; its time grows with them, and a row has at most 1600 columns. */
const MAX_MARKS = 100_000;
const NOT_STORABLE = /\0|\p{Surrogate}/u;
const DEEP = "No file of rows nests that deep.";

type Values = (RowValue | undefined)[];

/** Reads rows from items of a list. The writer's own form is read directly, everything else by the YAML parser. */
export class YamlItemReader {
  readonly #file: string;
  readonly #plan: ColumnPlan;
  readonly #keys: readonly string[];

  constructor(file: string, plan: ColumnPlan) {
    this.#file = file;
    this.#plan = plan;
    this.#keys = plan.names.map((name) => `${yamlKey(name)}: `);
  }

  read(item: YamlItem): Values {
    return this.readWritten(item) ?? this.readFree(item);
  }

  /** The form that our writer gives; undefined for any other. */
  readWritten({ text, line }: YamlItem): Values | undefined {
    if (text === "- {}\n") return this.#noValues();
    const values = this.#noValues();
    const cursor = new JsonCursor(text, { file: this.#file, line }, ROWS_HINT);
    for (let next = 0; cursor.pos < text.length; next += 1) {
      if (!text.startsWith(next === 0 && cursor.pos === 0 ? "- " : "  ", cursor.pos)) return undefined;
      cursor.pos += 2;
      while (next < this.#keys.length && !text.startsWith(this.#keys[next] as string, cursor.pos)) next += 1;
      const key = this.#keys[next];
      if (key === undefined) return undefined;
      cursor.pos += key.length;
      const value = this.#writtenValue(cursor, next);
      if (value === undefined || text.charAt(cursor.pos) !== "\n") return undefined;
      values[next] = value;
      cursor.pos += 1;
    }
    return values;
  }

  #writtenValue(cursor: JsonCursor, column: number): RowValue | undefined {
    const { text } = cursor;
    if (text.charCodeAt(cursor.pos) === 34) {
      const end = text.indexOf("\n", cursor.pos);
      // A quote that closes on another line, or something behind it, is for the parser to judge.
      if (text.charCodeAt(end - 1) !== 34) return undefined;
      return isJsonString(text, cursor.pos, end) ? jsonString(cursor) : undefined;
    }
    const end = text.indexOf("\n", cursor.pos);
    const word = text.slice(cursor.pos, end);
    cursor.pos = end;
    if (word === "null") return null;
    const form = this.#plan.forms[column];
    if (form === "integer" || form === "boolean") return word === "" ? undefined : plainValue(form, word);
    return isPlainText(word) ? word : undefined;
  }

  /** Any YAML that is one list item with one mapping of scalars. */
  readFree(item: YamlItem): Values {
    if (item.text.length > MAX_FREE_CHARACTERS || countMarks(item.text) > MAX_MARKS)
      throw unsupported(
        { file: this.#file, line: item.line },
        "a row this long must be written with its values in double quotes, each on one line",
        "Pull the directory again, or change the long value back to one line.",
      );
    const lines = new LineCounter();
    const problem = (offset: number, text: string) => this.#damaged(item, lines, offset, text);
    const tooDeep = () =>
      unsupported({ file: this.#file, line: item.line }, "values are nested too deeply", DEEP);
    const document = parse(item, lines, tooDeep);
    const [error] = [...document.errors, ...document.warnings];
    if (error?.code === "RESOURCE_EXHAUSTION") throw tooDeep();
    if (error !== undefined) throw problem(error.pos[0], `the YAML cannot be read (${wordsOf(error.code)})`);
    const { contents } = document;
    const [row] = isSeq(contents) ? contents.items : [];
    if (row !== undefined) this.#refuseMarks(row as Node, problem);
    if (!isSeq(contents) || contents.items.length !== 1 || !isMap(row))
      throw problem(0, "expected a row: a mapping with the columns' values");
    this.#refuseMarks(contents, problem);
    const values = this.#noValues();
    for (const { key, value } of row.items)
      this.#readPair(values, { key: key as Node, value: value as Node | null }, problem);
    return values;
  }

  #readPair(values: Values, { key, value }: { key: Node; value: Node | null }, problem: Problem): void {
    const at = key.range?.[0] ?? 0;
    this.#refuseMarks(key, problem);
    if (!isScalar(key) || typeof key.value !== "string")
      throw problem(at, "a column's name must be a plain text");
    if (key.value === "<<" && key.type === "PLAIN") throw problem(at, "merge keys (<<) are not read");
    const column = this.#plan.indexes.get(key.value);
    if (column === undefined)
      throw problem(at, "the table has no column of this name in the file's description");
    if (values[column] !== undefined) throw problem(at, "a column is repeated");
    values[column] = value === null ? null : this.#readValue(value, column, problem);
  }

  #readValue(value: Node, column: number, problem: Problem): RowValue {
    const at = value.range?.[0] ?? 0;
    this.#refuseMarks(value, problem);
    if (!isScalar(value)) throw problem(at, "expected a single value; json and lists go into a quoted text");
    const text = String((value as Scalar).value ?? "");
    if (NOT_STORABLE.test(text)) throw problem(at, "a text holds a character that PostgreSQL cannot store");
    if (value.type !== "PLAIN") return text;
    const form = this.#plan.forms[column];
    const plain = plainValue(form, text);
    if (plain === undefined) throw problem(at, `expected ${describeForm(form)}`);
    return plain;
  }

  #refuseMarks(node: Node, problem: Problem): void {
    const at = node.range?.[0] ?? 0;
    if (isAlias(node)) throw problem(at, "aliases (*) are not read");
    if (node.anchor !== undefined) throw problem(at, "anchors (&) are not read");
    if (node.tag !== undefined) throw problem(at, "tags (!) are not read");
  }

  #damaged(item: YamlItem, lines: LineCounter, offset: number, text: string) {
    const { line, col } = lines.linePos(offset);
    const at = { file: this.#file, line: item.line + Math.max(line, 1) - 1, column: Math.max(col, 1) };
    return damaged(at, text, ROWS_HINT);
  }

  #noValues(): Values {
    return new Array<RowValue | undefined>(this.#plan.names.length).fill(undefined);
  }
}

type Problem = (offset: number, text: string) => Error;

function parse({ text }: YamlItem, lineCounter: LineCounter, tooDeep: () => Error) {
  try {
    return parseDocument(text, {
      schema: "failsafe",
      version: "1.2",
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "silent",
      lineCounter,
    });
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep();
    throw error;
  }
}

function countMarks(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length && count <= MAX_MARKS; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 58 || code === 44) count += 1;
  }
  return count;
}

/** `DUPLICATE_KEY` as words; the parser's messages may quote values. */
function wordsOf(code: string): string {
  return code.toLowerCase().replaceAll("_", " ");
}

/** The string at the cursor; undefined for escapes that only YAML knows. */
function jsonString(cursor: JsonCursor): string | undefined {
  try {
    return cursor.string();
  } catch {
    return undefined;
  }
}

/** Whether exactly one JSON string stands there. */
function isJsonString(text: string, from: number, end: number): boolean {
  let at = text.indexOf('"', from + 1);
  while (at > 0 && at < end - 1) {
    if (!isEscaped(text, at)) return false;
    at = text.indexOf('"', at + 1);
  }
  return at === end - 1 && !isEscaped(text, at) && at > from;
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(quote - 1 - backslashes) === 92) backslashes += 1;
  return backslashes % 2 === 1;
}
