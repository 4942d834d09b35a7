import { CodedError } from "@syncline/core";
import { GrowingBuffer } from "./growing-buffer.ts";
import { StatementScanner } from "./statement-scanner.ts";

export interface ReadStatement {
  /** Without its semicolon. */
  readonly sql: string;
  /** 1-based line of its first word. */
  readonly line: number;
}

export interface SqlReaderOptions {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly maxStatementBytes: number;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BACKSLASH = 0x5c;
const DOT = 0x2e;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Commands of psql that change nothing here: what our own export and pg_dump put into their files. */
const INERT_COMMANDS = /^\\(set ON_ERROR_STOP (on|1)|restrict [A-Za-z0-9]+|unrestrict [A-Za-z0-9]+)\s*$/;

/** A dump of this program says when it is complete. */
const PG_DUMP_HEAD = "-- PostgreSQL database dump\n";
const PG_DUMP_TAIL = "-- PostgreSQL database dump complete";

/** Statements and COPY rows of an SQL file, in order and in constant memory. */
export class SqlReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #options: SqlReaderOptions;
  readonly #buffer = new GrowingBuffer();
  #line = 1;
  #ended = false;
  #isPgDump = false;
  #isComplete = false;

  constructor(chunks: AsyncIterable<Uint8Array>, options: SqlReaderOptions) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#options = options;
  }

  /** 1-based line of the next byte. */
  get line(): number {
    return this.#line;
  }

  /** The next statement, or null at the end. */
  async next(): Promise<ReadStatement | null> {
    let scanner = new StatementScanner();
    for (;;) {
      const end = scanner.scan(this.#buffer.view(), this.#ended);
      if (end === "statement") return this.#take(scanner);
      if (end === "backslash") {
        await this.#skipCommand(scanner);
        scanner = new StatementScanner();
      } else if (this.#ended) return this.#last(scanner);
      else await this.#more(scanner);
    }
  }

  /** Rows after a COPY statement, up to the line that ends them. Nothing but the start of such a line is held back. */
  async *rows(): AsyncGenerator<Uint8Array> {
    await this.#endOfCopyLine();
    let held: Buffer = Buffer.alloc(0);
    let atLineStart = true;
    for (;;) {
      const piece = await this.#piece();
      if (piece === null) throw this.#damaged("ends in the middle of the rows of a COPY");
      const bytes = held.length === 0 ? piece : Buffer.concat([held, piece]);
      const end = findEnd(bytes, atLineStart);
      const whole = end?.start ?? bytes.length;
      this.#line += countLines(bytes.subarray(0, end?.next ?? whole));
      if (whole > 0) yield bytes.subarray(0, whole);
      if (end?.next !== undefined) return this.#buffer.append(bytes.subarray(end.next));
      held = bytes.subarray(whole);
      atLineStart = whole === 0 ? atLineStart : bytes[whole - 1] === LINE_FEED;
    }
  }

  /** Whatever comes next, as bytes of its own; null at the end. */
  async #piece(): Promise<Buffer | null> {
    if (this.#buffer.length > 0) {
      const bytes = Buffer.from(this.#buffer.view());
      this.#buffer.consume(bytes.length);
      return bytes;
    }
    const { done, value } = this.#ended ? { done: true, value: undefined } : await this.#chunks.next();
    if (done === true) this.#ended = true;
    return value === undefined ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }

  async #endOfCopyLine(): Promise<void> {
    while (this.#buffer.view().indexOf(LINE_FEED) === -1 && !this.#ended) await this.#read();
    const bytes = this.#buffer.view();
    const end = bytes.indexOf(LINE_FEED);
    const rest = bytes.toString("latin1", 0, end === -1 ? bytes.length : end);
    if (rest.trim() !== "") throw this.#refused("has text after a COPY statement on the same line");
    this.#consume(end === -1 ? bytes.length : end + 1);
  }

  #take(scanner: StatementScanner): ReadStatement | null {
    const { start, position } = scanner;
    const statement = this.#decode(start ?? position, position - 1);
    this.#consume(position);
    return statement;
  }

  #decode(start: number, end: number): ReadStatement {
    const bytes = this.#buffer.view();
    this.#noteComments(bytes.subarray(0, start));
    const line = this.#line + countLines(bytes.subarray(0, start));
    if (bytes.subarray(start, end).includes(0)) throw this.#damaged("holds a NUL byte", line);
    try {
      return { sql: UTF8.decode(bytes.subarray(start, end)), line };
    } catch (error) {
      throw this.#damaged("is not valid UTF-8", line, error);
    }
  }

  /** What is left when the bytes end: a statement without semicolon, or nothing. */
  #last(scanner: StatementScanner): ReadStatement | null {
    const bytes = this.#buffer.view();
    if (scanner.isOpen || scanner.start !== null) {
      const line = this.#line + countLines(bytes.subarray(0, scanner.start ?? 0));
      throw this.#damaged("ends in the middle of a statement", line);
    }
    this.#noteComments(bytes);
    this.#consume(bytes.length);
    if (this.#isPgDump && !this.#isComplete) throw this.#damaged("ends before the last line of the dump");
    return null;
  }

  #noteComments(bytes: Buffer): void {
    const text = bytes.toString("latin1", 0, Math.min(bytes.length, 4096));
    if (this.#line === 1 && text.includes(PG_DUMP_HEAD)) this.#isPgDump = true;
    if (text.includes(PG_DUMP_TAIL)) this.#isComplete = true;
  }

  async #skipCommand({ start, position }: StatementScanner): Promise<void> {
    while (
      this.#buffer.view().indexOf(LINE_FEED, position) === -1 &&
      !this.#ended &&
      this.#buffer.length < 4096
    ) {
      await this.#read();
    }
    const bytes = this.#buffer.view();
    const found = bytes.indexOf(LINE_FEED, position);
    const end = found === -1 ? bytes.length : found;
    const line = this.#line + countLines(bytes.subarray(0, position));
    const atLineStart = position === 0 || bytes[position - 1] === LINE_FEED;
    const isInert = INERT_COMMANDS.test(bytes.toString("latin1", position, Math.min(end, position + 200)));
    if (start !== null || !atLineStart || !isInert) throw this.#refused("holds a command of psql", line);
    this.#noteComments(bytes.subarray(0, position));
    this.#consume(end);
  }

  async #more(scanner: StatementScanner): Promise<void> {
    const { maxStatementBytes } = this.#options;
    if (this.#buffer.length - (scanner.start ?? 0) > maxStatementBytes) {
      const line = this.#line + countLines(this.#buffer.view().subarray(0, scanner.start ?? 0));
      throw new CodedError(
        "limit.exceeded",
        `${this.#options.file}:${line}: a statement is longer than ${maxStatementBytes} bytes.`,
        { hint: "Export the rows as COPY blocks instead of INSERT statements." },
      );
    }
    await this.#read();
  }

  async #read(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done === true) this.#ended = true;
    else this.#buffer.append(value);
  }

  #consume(count: number): void {
    this.#line += countLines(this.#buffer.view().subarray(0, count));
    this.#buffer.consume(count);
  }

  #damaged(what: string, line = this.#line, cause?: unknown): CodedError {
    return new CodedError(
      "file.damaged",
      `${this.#options.file}:${line}: the file ${what}. Nothing was written.`,
      {
        hint: "Export it again; it is cut short or was changed.",
        ...(cause === undefined ? {} : { cause }),
      },
    );
  }

  #refused(what: string, line = this.#line): CodedError {
    return new CodedError(
      "sql.refused",
      `${this.#options.file}:${line}: the file ${what}. Nothing was written.`,
      {
        hint: "Only SQL statements and COPY rows are read here; psql runs such a file.",
      },
    );
  }
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}

/** The line `\.`: where it starts and, when all of it is there, where the next one does. */
function findEnd(bytes: Buffer, atLineStart: boolean): { start: number; next?: number } | null {
  for (let at = bytes.indexOf(BACKSLASH); at !== -1; at = bytes.indexOf(BACKSLASH, at + 1)) {
    if (at === 0 ? !atLineStart : bytes[at - 1] !== LINE_FEED) continue;
    if (at + 1 === bytes.length) return { start: at };
    if (bytes[at + 1] !== DOT) continue;
    const next = bytes[at + 2] === CARRIAGE_RETURN ? at + 3 : at + 2;
    if (next >= bytes.length) return { start: at };
    if (bytes[next] === LINE_FEED) return { start: at, next: next + 1 };
  }
  return null;
}
