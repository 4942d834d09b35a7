import { writeFile } from "node:fs/promises";
import { CodedError } from "@syncline/core";

/** A file that only its owner reads and that was not there before. @throws CodedError `file.exists`, `file.io_failed` */
export async function writeNewFile(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx", mode: 0o600 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST")
      throw new CodedError("file.exists", `"${path}" exists; a key is never overwritten.`, {
        hint: "Name another file, or leave --new out to print its public half.",
        cause,
      });
    throw new CodedError("file.io_failed", `"${path}" cannot be written (${code ?? "unknown cause"}).`, {
      cause,
    });
  }
}
