import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { ChangeRecord } from "./change-record.ts";

const VALUE = "\0";
const RECORD = "\0\0";
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 2 } };

export function encodeBlock(records: readonly ChangeRecord[]): Uint8Array {
  return zstdCompressSync(records.map((record) => record.join(VALUE)).join(RECORD), LEVEL);
}

/** All records of a block as one text. */
export function blockText(body: Uint8Array): string {
  return zstdDecompressSync(body).toString();
}

export function recordsOfText(text: string): ChangeRecord[] {
  return text.split(RECORD).map((record) => record.split(VALUE));
}

/** A value too long for its block leaves its beginning there: `L<length>:<beginning>`. */
export const LONG_VALUE = 4_096;
const BEGINNING = 1_024;
const CUT = /^L(\d+):/;

export function cutValue(value: string): string {
  const beginning = value.slice(1, BEGINNING).replace(/[\uD800-\uDBFF]$/, ""); // not half a character
  return `L${value.length - 1}:${beginning}`;
}

export function isCut(value: string): boolean {
  return value.startsWith("L");
}

export function beginningOf(value: string): { readonly value: string; readonly length: number } {
  const [marker = "", length] = CUT.exec(value) ?? [];
  return { value: `V${value.slice(marker.length)}`, length: Number(length) };
}
