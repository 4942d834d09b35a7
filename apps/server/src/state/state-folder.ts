import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type MasterKey, parseMasterKey } from "@syncline/control-plane/sealing";
import { CodedError } from "@syncline/core";

const KEY_FILE = "master.key";
/** Keys that something may still be sealed under, one a line; there while a rotation is under way. */
const PREVIOUS_FILE = "master.key.previous";
const KEY_BYTES = 32;

export interface StateKeys {
  readonly current: MasterKey;
  readonly previous: readonly MasterKey[];
}

/**
 * The master key of a state folder, made at the first start, readable by its owner alone; with those before it where a
 * rotation has not ended.
 * @throws CodedError `config.invalid`, `file.io_failed`
 */
export function masterKeysOf(stateFolder: string): StateKeys {
  return guarded(stateFolder, () => {
    const file = join(stateFolder, KEY_FILE);
    mkdirSync(stateFolder, { recursive: true });
    if (!existsSync(file)) writeOnce(file, newKey());
    chmodSync(file, 0o600);
    return { current: parseMasterKey(readFileSync(file, "utf8")), previous: previousOf(stateFolder) };
  });
}

/**
 * Puts a new master key in the place of the one in use, which stays beside it: first it is written down as a previous
 * one, then the new one takes its name. A process that dies in between leaves a folder whose keys open everything.
 */
export function replaceMasterKey(stateFolder: string): void {
  guarded(stateFolder, () => {
    const file = join(stateFolder, KEY_FILE);
    const previous = join(stateFolder, PREVIOUS_FILE);
    const kept = existsSync(previous) ? readFileSync(previous, "utf8") : "";
    replace(previous, `${kept}${readFileSync(file, "utf8").trim()}\n`);
    replace(file, newKey());
  });
}

/** Once nothing is sealed under them any more. */
export function forgetPreviousKeys(stateFolder: string): void {
  guarded(stateFolder, () => rmSync(join(stateFolder, PREVIOUS_FILE), { force: true }));
}

function previousOf(stateFolder: string): MasterKey[] {
  const file = join(stateFolder, PREVIOUS_FILE);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  const keys = lines.filter((line) => line.trim() !== "");
  return keys.map((key) => parseMasterKey(key, { name: "A previous master key" }));
}

const newKey = () => `${randomBytes(KEY_BYTES).toString("base64")}\n`;

function guarded<T>(stateFolder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError(
      "file.io_failed",
      `The master key "${join(stateFolder, KEY_FILE)}" cannot be read or written (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`,
      { hint: "Give --state-directory a folder that can be written, or set SYNCLINE_MASTER_KEY." },
    );
  }
}

function replace(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600, flush: true });
  renameSync(temporary, file);
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
