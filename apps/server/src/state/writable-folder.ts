import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "@syncline/core";

/** Makes a folder, and a file in it, as a start finds out sooner than the first run. @throws CodedError `file.io_failed` */
export function assertWritable(folder: string, setting: string): void {
  const probe = join(folder, `.${randomUUID()}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(probe, "", { mode: 0o600 });
    rmSync(probe);
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new CodedError("file.io_failed", `The folder "${folder}" cannot be written (${code}).`, {
      hint: `Give ${setting} a folder that belongs to the user that the process runs as.`,
    });
  }
}
