import type { ByteSource } from "../byte-source.ts";
import { decodeUtf8 } from "../utf8.ts";
import { damaged, unsupported } from "./file-position.ts";

/** One member of the document (`"name":value`), or one element of its list `operations`. */
export interface DocumentPiece {
  readonly kind: "member" | "operation";
  readonly text: string;
  /** Position of the text's first character, from 1. */
  readonly line: number;
  readonly column: number;
}

const OPERATIONS = /^\s*"operations"\s*:\s*$/;
const BYTE_ORDER_MARK = 0xfeff;

/** Length of the longest beginning that does not cut a character in two. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

async function* decoded(source: ByteSource): AsyncGenerator<string> {
  let rest: Uint8Array = new Uint8Array(0);
  const text = (bytes: Uint8Array) => {
    const found = decodeUtf8(bytes);
    if (found === undefined) throw damaged({ file: source.name, line: 1 }, "the file is not UTF-8 text");
    return found;
  };
  for await (const chunk of source.open()) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    const whole = wholeCharacters(bytes);
    rest = bytes.subarray(whole);
    yield text(bytes.subarray(0, whole));
  }
  if (rest.length > 0) yield text(rest);
}

/**
 * Cuts one JSON document of any layout into its members and operations, holding one of them at a time. It only finds
 * the cuts; whether a piece is JSON is for whoever reads it. Throws `file.damaged` when the document does not close.
 */
export async function* documentPieces(source: ByteSource, longest: number): AsyncGenerator<DocumentPiece> {
  const splitter = new Splitter(source.name);
  for await (const text of decoded(source)) {
    yield* splitter.take(text);
    if (splitter.held > longest) {
      throw unsupported(
        splitter.at(),
        `one part is longer than ${longest} characters`,
        "A row this wide does not fit in a patch file; leave its widest columns out with --ignore-fields when comparing.",
      );
    }
  }
  splitter.end();
}

class Splitter {
  readonly #file: string;
  #text = "";
  #pieceStart = 0;
  #scanned = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #inOperations = false;
  #closed = false;
  #line = 1;
  /** Offset in `#text` of the first character of the current line; negative when it was dropped. */
  #lineStart = 0;
  #pieceLine = 1;
  #pieceColumn = 1;

  constructor(file: string) {
    this.#file = file;
  }

  get held(): number {
    return this.#text.length;
  }

  at() {
    return { file: this.#file, line: this.#line, column: this.#scanned - this.#lineStart + 1 };
  }

  *take(more: string): Generator<DocumentPiece> {
    this.#text = this.#text.slice(this.#pieceStart) + more;
    this.#scanned -= this.#pieceStart;
    this.#lineStart -= this.#pieceStart;
    this.#pieceStart = 0;
    for (; this.#scanned < this.#text.length; this.#scanned += 1) {
      const code = this.#text.charCodeAt(this.#scanned);
      if (code === 10 && !this.#inString) {
        this.#line += 1;
        this.#lineStart = this.#scanned + 1;
      } else if (this.#inString) this.#insideString(code);
      else if (code > 32) yield* this.#structure(code);
    }
  }

  #insideString(code: number): void {
    if (code < 32) throw damaged(this.at(), "a control character stands in a string");
    if (this.#escaped) this.#escaped = false;
    else if (code === 92) this.#escaped = true;
    else if (code === 34) this.#inString = false;
  }

  *#structure(code: number): Generator<DocumentPiece> {
    if (this.#closed) throw damaged(this.at(), "expected nothing behind the end of the document");
    if (this.#depth === 0) return this.#open(code);
    if (code === 34) this.#inString = true;
    else if (code === 44) yield* this.#comma();
    else if (code === 123 || code === 91) this.#deeper(code);
    else if (code === 125 || code === 93) yield* this.#shallower();
  }

  #open(code: number): void {
    if (code === BYTE_ORDER_MARK && this.#line === 1) return;
    if (code !== 123) {
      throw unsupported(
        this.at(),
        "this is not a patch: it does not begin with {",
        "Name a file that syncline diff --output wrote.",
      );
    }
    this.#depth = 1;
    this.#startPiece();
  }

  #deeper(code: number): void {
    this.#depth += 1;
    const name = () => this.#text.slice(this.#pieceStart, this.#scanned);
    if (code !== 91 || this.#depth !== 2 || !OPERATIONS.test(name())) return;
    this.#inOperations = true;
    this.#startPiece();
  }

  *#shallower(): Generator<DocumentPiece> {
    if (this.#inOperations && this.#depth === 2) {
      yield* this.#piece("operation");
      this.#inOperations = false;
    } else if (this.#depth === 1) {
      yield* this.#piece("member");
      this.#closed = true;
    }
    this.#depth -= 1;
  }

  *#comma(): Generator<DocumentPiece> {
    if (this.#inOperations && this.#depth === 2) yield* this.#piece("operation");
    else if (this.#depth === 1) yield* this.#piece("member");
  }

  /** What stands between two cuts; nothing at all where a list is empty or has ended. */
  *#piece(kind: DocumentPiece["kind"]): Generator<DocumentPiece> {
    const text = this.#text.slice(this.#pieceStart, this.#scanned);
    const piece = { kind, text, line: this.#pieceLine, column: this.#pieceColumn };
    this.#startPiece();
    if (text.trim() !== "") yield piece;
  }

  #startPiece(): void {
    this.#pieceStart = this.#scanned + 1;
    this.#pieceLine = this.#line;
    this.#pieceColumn = this.#pieceStart - this.#lineStart + 1;
  }

  end(): void {
    if (!this.#closed) throw damaged(this.at(), "the file ends before its document does");
  }
}
