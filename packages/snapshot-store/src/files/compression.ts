import type { Transform } from "node:stream";
import { constants, createGunzip, createGzip, createZstdCompress, createZstdDecompress } from "node:zlib";
import { CodedError } from "@syncline/core";

export type Compression = "none" | "gzip" | "zstd";

/** What a file's name asks for. Refuses `.age` with `file.unsupported`. */
export function compressionOfName(path: string): Compression {
  if (path.endsWith(".age")) throw encrypted(path);
  if (path.endsWith(".gz")) return "gzip";
  return path.endsWith(".zst") ? "zstd" : "none";
}

/** What a file's first bytes say, whatever its name. Refuses an encrypted file with `file.unsupported`. */
export function compressionOfContent(path: string, head: Uint8Array): Compression {
  const text = Buffer.from(head).toString("latin1");
  if (text.startsWith("age-encryption.org/") || text.startsWith("-----BEGIN AGE ENCRYPTED FILE-----"))
    throw encrypted(path);
  if (text.startsWith("\x1f\x8b")) return "gzip";
  return text.startsWith("\x28\xb5\x2f\xfd") ? "zstd" : "none";
}

export const MAGIC_BYTES = 36;

function encrypted(path: string): CodedError {
  return new CodedError(
    "file.unsupported",
    `"${path}" is encrypted with age, which patch files do not support.`,
    {
      hint: "Decrypt it with the age command first; when writing, choose a name that does not end in .age.",
    },
  );
}

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
