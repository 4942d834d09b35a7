import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@syncline/core";
import { damaged, unsupported } from "@syncline/core/codec";
import { fileError } from "../files/index.ts";
import { decodeManifest } from "./decode-manifest.ts";
import { MANIFEST_FILE, type Manifest } from "./manifest.ts";

/** About 100,000 columns. */
const MAX_MANIFEST_BYTES = 32 * 1024 * 1024;

/** `label` is how messages call the directory. @throws CodedError `file.not_found`, `file.damaged`, `file.unsupported`, `file.io_failed` */
export async function readManifest(directory: string, label = directory): Promise<Manifest> {
  const path = join(directory, MANIFEST_FILE);
  const shown = join(label, MANIFEST_FILE);
  try {
    const { size } = await stat(path);
    if (size > MAX_MANIFEST_BYTES)
      throw unsupported(
        { file: shown, line: 1 },
        "the manifest is too long",
        "Pull fewer tables into one directory.",
      );
    return decodeManifest(decode(shown, await readFile(path)), shown);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new CodedError(
        "file.not_found",
        `"${label}" is not a directory of rows: it has no ${MANIFEST_FILE}.`,
        {
          hint: "Name a directory that `syncline pull` wrote.",
          cause: error,
        },
      );
    throw fileError(error, shown, "read");
  }
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw damaged({ file: path, line: 1 }, "the manifest is not UTF-8 text", "Save it as UTF-8.");
  }
}
