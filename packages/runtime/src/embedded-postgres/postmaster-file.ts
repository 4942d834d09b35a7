import { readFileSync } from "node:fs";
import { join } from "node:path";

/** State that a running server writes into its data directory; independent of the language of its log. */
export interface PostmasterFile {
  readonly pid: number;
  readonly status: "starting" | "stopping" | "ready" | "standby" | "unknown";
}

const STATUS_LINE = 7;

export function readPostmasterFile(dataDir: string): PostmasterFile | undefined {
  let text: string;
  try {
    text = readFileSync(join(dataDir, "postmaster.pid"), "utf8");
  } catch {
    return undefined;
  }
  return parsePostmasterFile(text);
}

export function parsePostmasterFile(text: string): PostmasterFile | undefined {
  const lines = text.split("\n");
  // A standalone backend writes its process id as a negative number.
  const pid = Math.abs(Number.parseInt(lines[0] ?? "", 10));
  if (!Number.isInteger(pid) || pid === 0) return undefined;
  return { pid, status: parseStatus(lines[STATUS_LINE]?.trim()) };
}

function parseStatus(word: string | undefined): PostmasterFile["status"] {
  return word === "starting" || word === "stopping" || word === "ready" || word === "standby"
    ? word
    : "unknown";
}
