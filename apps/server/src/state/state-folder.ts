import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type MasterKey, parseMasterKey } from "@syncline/control-plane/sealing";
import { CodedError } from "@syncline/core";

const KEY_FILE = "master.key";
const KEY_BYTES = 32;

/**
 * The master key of a state folder, made at the first start, readable by its owner alone.
 * @throws CodedError `config.invalid`, `file.io_failed`
 */
export function masterKeyOf(stateFolder: string): MasterKey {
  const file = join(stateFolder, KEY_FILE);
  try {
    mkdirSync(stateFolder, { recursive: true });
    if (!existsSync(file)) writeOnce(file, `${randomBytes(KEY_BYTES).toString("base64")}\n`);
    chmodSync(file, 0o600);
    return parseMasterKey(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError(
      "file.io_failed",
      `The master key "${file}" cannot be read or written (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`,
      { hint: "Give --state-directory a folder that can be written, or set SYNCLINE_MASTER_KEY." },
    );
  }
}

/** Of two processes that start at once, both go on with the same key. */
function writeOnce(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600, flush: true });
  try {
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}
