import { CodedError } from "../../errors/coded-error.ts";
import type { CreateDigest, Digest } from "../digest.ts";
import type { PatchFooter, PatchHeader, PatchOperation } from "../patch.ts";
import { encodeUtf8 } from "../utf8.ts";
import { type TableCodec, tableCodecs } from "./column-codec.ts";
import { encodeOperation } from "./encode-operation.ts";
import { encodeContentDigest, encodeFooterStart, FOOTER_END } from "./footer-codec.ts";
import { encodeHeader, UNKNOWN_HASH } from "./header-codec.ts";
import { OperationCounter } from "./operation-counter.ts";

/** Row checksums of the compared rows, and the id of the row hash algorithm that made them. */
export interface PatchChecksums {
  readonly hash: string;
  readonly tables: PatchFooter["checksum"]["tables"];
}

export const NO_CHECKSUMS: PatchChecksums = { hash: UNKNOWN_HASH, tables: [] };

/**
 * Turns one patch into the bytes of its file: `start`, then `add` any number of times, then `finish`, each once and
 * each to be written in that order. Holds nothing but counts and digests.
 */
export class PatchWriter {
  readonly #header: PatchHeader;
  readonly #createDigest: CreateDigest;
  readonly #codecs: ReadonlyMap<string, TableCodec>;
  readonly #counter: OperationCounter;
  readonly #content: Digest;
  readonly #operations: Digest;
  /** The last line waits, because only the next one tells whether a comma follows. */
  #held: string | undefined;

  constructor(header: PatchHeader, createDigest: CreateDigest) {
    this.#header = header;
    this.#createDigest = createDigest;
    this.#codecs = tableCodecs(header.tables);
    this.#counter = new OperationCounter(header.tables);
    this.#content = createDigest();
    this.#operations = createDigest();
  }

  start(): Uint8Array {
    const bytes = encodeUtf8(`{${encodeHeader(this.#header)},"operations":[\n`);
    this.#content.update(bytes);
    return bytes;
  }

  add(operations: readonly PatchOperation[]): Uint8Array {
    const lines: string[] = [];
    for (const operation of operations) {
      if (this.#held !== undefined) lines.push(this.#held);
      this.#held = this.#encode(operation);
    }
    return lines.length === 0 ? new Uint8Array(0) : this.#operationLines(`${lines.join(",\n")},\n`);
  }

  #encode(operation: PatchOperation): string {
    const codec = this.#codecs.get(operation.table);
    if (codec === undefined)
      throw new CodedError("internal", `The patch's header has no table "${operation.table}".`);
    this.#counter.add(operation);
    return encodeOperation(codec, operation);
  }

  #operationLines(text: string): Uint8Array {
    const bytes = encodeUtf8(text);
    this.#content.update(bytes);
    this.#operations.update(bytes);
    return bytes;
  }

  #checksums({ tables }: PatchChecksums) {
    return { source: this.#combine(tables, "source"), target: this.#combine(tables, "target"), tables };
  }

  /** The checksum of one table as it is; of several, the sha256 over lines of name and checksum. */
  #combine(tables: PatchChecksums["tables"], side: "source" | "target"): string | null {
    const [first] = tables;
    if (first === undefined || tables.some((table) => table[side] === null)) return null;
    if (tables.length === 1) return first[side];
    const digest = this.#createDigest();
    for (const table of tables) digest.update(encodeUtf8(`${table.name} ${table[side]}\n`));
    return `sha256:${digest.hex()}`;
  }

  finish(checksums: PatchChecksums): {
    readonly bytes: Uint8Array;
    readonly footer: PatchFooter;
    readonly hash: string;
  } {
    const last = this.#held === undefined ? undefined : this.#operationLines(`${this.#held}\n`);
    const operations = `sha256:${this.#operations.hex()}`;
    const footer = {
      summary: this.#counter.summary(),
      checksum: { ...this.#checksums(checksums), operations, content: null },
    };
    const closing = encodeFooterStart(footer, checksums.hash);
    this.#content.update(encodeUtf8(closing));
    const hash = this.#content.hex();
    const content = `sha256:${hash}`;
    const end = encodeUtf8(closing + encodeContentDigest(content) + FOOTER_END);
    return {
      bytes: last === undefined ? end : joined(last, end),
      footer: { ...footer, checksum: { ...footer.checksum, content } },
      hash,
    };
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
