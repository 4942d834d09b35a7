import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CodedError, type FilterDocument, parseFilter } from "@syncline/core";

/** `--filter` as given: a JSON document, or `@file` that holds one. */
export async function readFilter(text: string | undefined, folder: string): Promise<FilterDocument | null> {
  if (text === undefined) return null;
  return parseFilter(
    text.startsWith("@") ? await readFilterFile(resolve(folder, text.slice(1)), text.slice(1)) : text,
  );
}

async function readFilterFile(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown cause";
    if (code === "ENOENT")
      throw new CodedError("file.not_found", `There is no filter file "${name}".`, {
        hint: "Check the path after @.",
        cause: error,
      });
    throw new CodedError("file.io_failed", `The filter file "${name}" cannot be read (${code}).`, {
      cause: error,
    });
  }
}
