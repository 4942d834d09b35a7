import { createHash } from "node:crypto";

/** Longer names are told by their digest: they are indexed. */
const LONGEST_KEY = 500;

/** A row as the inbox knows it. */
export function keyTextOf(name: string): string {
  return name.length <= LONGEST_KEY ? name : createHash("sha256").update(name).digest("hex");
}
