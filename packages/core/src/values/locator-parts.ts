import type { TableName, TableSelection } from "./endpoint-locator.ts";
import { locatorError } from "./locator-error.ts";
import { utf8Length } from "./text-bytes.ts";

const MAX_NAME_BYTES = 63;

export interface LocatorPart {
  readonly value: string;
  readonly quoted: boolean;
  /** Index of its first character in the text. */
  readonly index: number;
}

interface Token extends LocatorPart {
  readonly kind: "word" | ":" | "," | "." | "*";
}

/** What `[server:]tenant:tables` holds; `names` are the parts before the tables. */
export interface LocatorParts {
  readonly names: readonly LocatorPart[];
  readonly tables: TableSelection;
}

/**
 * Reads `name:…:tables`. Dots separate schema and table only in the last part; elsewhere they belong to the name.
 * Throws `locator.invalid`.
 */
export function parseLocatorParts(text: string, offset = 0): LocatorParts {
  const groups = splitAtColons(tokenize(text, offset), text);
  const last = groups.at(-1) ?? { tokens: [], index: offset };
  const names = groups.slice(0, -1).map((group) => readName(group, text));
  if (groups.length === 1) {
    readTables(last, text);
    throw locatorError("one part alone does not say whether it is a tenant or a table", {
      text,
      index: offset,
    });
  }
  return { names, tables: readTables(last, text) };
}

/** Reads only `tables`. */
export function parseTableSelection(text: string, offset = 0): TableSelection {
  return readTables({ tokens: tokenize(text, offset), index: offset }, text);
}

interface Group {
  readonly tokens: readonly Token[];
  readonly index: number;
}

function splitAtColons(tokens: readonly Token[], text: string): Group[] {
  const groups: { tokens: Token[]; index: number }[] = [
    { tokens: [], index: tokens[0]?.index ?? text.length },
  ];
  for (const token of tokens) {
    if (token.kind === ":") groups.push({ tokens: [], index: token.index + 1 });
    else groups.at(-1)?.tokens.push(token);
  }
  return groups;
}

function readName(group: Group, text: string): LocatorPart {
  const [first, ...rest] = group.tokens;
  if (first === undefined) throw locatorError("a name is missing here", { text, index: group.index });
  if (first.kind === "word" && rest.length === 0) return notEmpty(first, text);
  return { value: joinDots(group.tokens, text), quoted: false, index: group.index };
}

/** A name before the tables may hold bare dots: `app.v2:users`. */
function joinDots(tokens: readonly Token[], text: string): string {
  const odd = tokens.find((token) => token.quoted || (token.kind !== "word" && token.kind !== "."));
  if (odd === undefined) return tokens.map((token) => token.value).join("");
  const problem = odd.quoted
    ? "a quoted name must be the whole part"
    : `"${odd.value}" may only stand among the tables or in double quotes`;
  throw locatorError(problem, { text, index: odd.index });
}

function readTables(group: Group, text: string): TableSelection {
  if (group.tokens.length === 0) throw locatorError("the tables are missing", { text, index: group.index });
  if (group.tokens.length === 1 && group.tokens[0]?.kind === "*") return { kind: "all" };
  const star = group.tokens.find((token) => token.kind === "*");
  if (star !== undefined) {
    const hint =
      'Use * alone for all tables, --schema "pattern*" for a pattern, or double quotes for a table with * in its name.';
    throw locatorError('"*" stands only for all tables', { text, index: star.index }, hint);
  }
  return {
    kind: "named",
    names: distinct(
      splitAtCommas(group).map((entry) => readTable(entry, text)),
      group,
      text,
    ),
  };
}

function splitAtCommas(group: Group): Group[] {
  const entries: { tokens: Token[]; index: number }[] = [{ tokens: [], index: group.index }];
  for (const token of group.tokens) {
    if (token.kind === ",") entries.push({ tokens: [], index: token.index + 1 });
    else entries.at(-1)?.tokens.push(token);
  }
  return entries;
}

function readTable(entry: Group, text: string): TableName {
  const [first, dot, second, extra] = entry.tokens;
  if (first === undefined) throw locatorError("a table name is missing here", { text, index: entry.index });
  if (first.kind === ".")
    throw locatorError("a name is missing before the dot", { text, index: first.index });
  if (extra !== undefined) throw locatorError("a table is name or schema.name", { text, index: extra.index });
  if (dot === undefined) return { schema: null, name: tableName(first, text) };
  if (dot.kind !== ".")
    throw locatorError("a quoted name must be the whole name", { text, index: dot.index });
  if (second === undefined)
    throw locatorError("a table name is missing after the dot", { text, index: dot.index + 1 });
  return { schema: tableName(first, text), name: tableName(second, text) };
}

function tableName(token: Token, text: string): string {
  if (token.kind !== "word") throw locatorError("a name is missing here", { text, index: token.index });
  const bytes = utf8Length(notEmpty(token, text).value);
  if (bytes <= MAX_NAME_BYTES) return token.value;
  throw locatorError(`this name has ${bytes} bytes; PostgreSQL keeps ${MAX_NAME_BYTES}`, {
    text,
    index: token.index,
  });
}

function notEmpty<Part extends LocatorPart>(part: Part, text: string): Part {
  if (part.value.length > 0) return part;
  throw locatorError("a name must not be empty", { text, index: part.index });
}

function distinct(names: readonly TableName[], group: Group, text: string): readonly TableName[] {
  const seen = new Set<string>();
  for (const name of names) {
    const key = JSON.stringify([name.schema, name.name]);
    if (seen.has(key))
      throw locatorError(`the table "${name.name}" is named twice`, { text, index: group.index });
    seen.add(key);
  }
  return names;
}

const PUNCTUATION = /^[:,.*]$/;
const BARE = /^[^:,.*"\s\p{Cc}\p{Cs}]+/u;

function tokenize(text: string, offset: number): Token[] {
  const tokens: Token[] = [];
  for (let index = offset; index < text.length; ) {
    const character = text.charAt(index);
    const token = PUNCTUATION.test(character)
      ? { kind: character as Token["kind"], value: character, quoted: false, index, end: index + 1 }
      : character === '"'
        ? quotedWord(text, index)
        : bareWord(text, index);
    tokens.push(token);
    index = token.end;
  }
  return tokens;
}

function bareWord(text: string, index: number) {
  const word = BARE.exec(text.slice(index))?.[0];
  if (word === undefined) throw locatorError("this character must stand in double quotes", { text, index });
  return { kind: "word" as const, value: word, quoted: false, index, end: index + word.length };
}

function quotedWord(text: string, index: number) {
  let value = "";
  for (let at = index + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character !== '"') value += character;
    else if (text.charAt(at + 1) === '"') {
      value += '"';
      at++;
    } else return { kind: "word" as const, value, quoted: true, index, end: at + 1 };
  }
  throw locatorError("the double quote opened here is never closed", { text, index });
}
