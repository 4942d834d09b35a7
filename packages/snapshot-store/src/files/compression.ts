import type { Transform } from "node:stream";
import { constants, createGunzip, createGzip, createZstdCompress, createZstdDecompress } from "node:zlib";
import { CodedError } from "@syncline/core";

export type Compression = "none" | "gzip" | "zstd";

/** What a file's name asks for: `rows.json.gz.age` is compressed, then encrypted. */
export function compressionOfName(path: string): Compression {
  const name = isEncryptedName(path) ? path.slice(0, -ENCRYPTED.length) : path;
  if (name.endsWith(".gz")) return "gzip";
  return name.endsWith(".zst") ? "zstd" : "none";
}

const ENCRYPTED = ".age";

export function isEncryptedName(path: string): boolean {
  return path.endsWith(ENCRYPTED);
}

/** What the first bytes say, whatever the name. */
export function compressionOfContent(head: Uint8Array): Compression {
  const text = Buffer.from(head).toString("latin1");
  if (text.startsWith("\x1f\x8b")) return "gzip";
  return text.startsWith("\x28\xb5\x2f\xfd") ? "zstd" : "none";
}

/** Refuses the armored form, which holds the same in text. */
export function isEncryptedContent(path: string, head: Uint8Array): boolean {
  const text = Buffer.from(head).toString("latin1");
  if (text.startsWith("-----BEGIN AGE ENCRYPTED FILE-----"))
    throw new CodedError("file.unsupported", `"${path}" is an armored age file, which is not read.`, {
      hint: "Decrypt it with the age command, or encrypt it without --armor.",
    });
  return text.startsWith("age-encryption.org/");
}

export const MAGIC_BYTES = 36;

export function createCompressor(compression: Compression): Transform | undefined {
  if (compression === "none") return undefined;
  return compression === "gzip"
    ? createGzip()
    : createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } });
}

export function createDecompressor(compression: Compression): Transform | undefined {
  if (compression === "none") return undefined;
  return compression === "gzip" ? createGunzip() : createZstdDecompress();
}
