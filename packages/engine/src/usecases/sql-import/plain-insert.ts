import type { QualifiedName } from "@syncline/core";

/**
 * The table of an INSERT that holds nothing but a column list and constants, or null for everything else: such
 * statements need no parser, which would take many times longer.
 */
export function plainInsert(sql: string): QualifiedName | null {
  const scanner = new InsertScanner(sql);
  return scanner.read();
}

const HEAD =
  /INSERT\s+INTO\s+("(?:[^"]|"")+"|[a-z_][a-z0-9_]*)\s*\.\s*("(?:[^"]|"")+"|[a-z_][a-z0-9_]*)\s*/iy;
const COLUMNS = /\(\s*("(?:[^"]|"")+"|[a-z_][a-z0-9_]*)(\s*,\s*("(?:[^"]|"")+"|[a-z_][a-z0-9_]*))*\s*\)\s*/iy;
const VALUES = /(OVERRIDING\s+SYSTEM\s+VALUE\s*)?VALUES\s*/iy;
const WORD = /(NULL|TRUE|FALSE|-?\d+(\.\d+)?)(?![a-z0-9_."'$])/iy;
const SPACE = /\s*/y;

class InsertScanner {
  readonly #sql: string;
  #at = 0;

  constructor(sql: string) {
    this.#sql = sql;
  }

  read(): QualifiedName | null {
    const head = this.#match(HEAD);
    if (head === null) return null;
    this.#match(COLUMNS);
    if (this.#match(VALUES) === null) return null;
    do {
      if (!this.#tuple()) return null;
    } while (this.#punctuation(","));
    return this.#at === this.#sql.length ? { schema: unquote(head[1]), name: unquote(head[2]) } : null;
  }

  #tuple(): boolean {
    if (!this.#punctuation("(")) return false;
    do {
      if (!this.#constant()) return false;
    } while (this.#punctuation(","));
    return this.#punctuation(")");
  }

  #constant(): boolean {
    const char = this.#sql[this.#at];
    if (char === "'") return this.#string(false);
    if ((char === "E" || char === "e") && this.#sql[this.#at + 1] === "'") return this.#string(true);
    if (this.#match(WORD) === null) return false;
    this.#match(SPACE);
    return true;
  }

  /** Two strings in a row with a line break between them are one for the server; here they are none. */
  #string(escapes: boolean): boolean {
    this.#at += escapes ? 2 : 1;
    for (;;) {
      const end = this.#sql.indexOf("'", this.#at);
      if (end === -1) return false;
      if (escapes && hasOpenEscape(this.#sql, this.#at, end)) this.#at = end + 1;
      else if (this.#sql[end + 1] === "'") this.#at = end + 2;
      else {
        this.#at = end + 1;
        this.#match(SPACE);
        return true;
      }
    }
  }

  #punctuation(char: string): boolean {
    if (this.#sql[this.#at] !== char) return false;
    this.#at += 1;
    this.#match(SPACE);
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#sql);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }
}

/** Whether an odd number of backslashes stands before `end`. */
function hasOpenEscape(sql: string, from: number, end: number): boolean {
  let count = 0;
  for (let at = end - 1; at >= from && sql[at] === "\\"; at -= 1) count += 1;
  return count % 2 === 1;
}

function unquote(name = ""): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}
