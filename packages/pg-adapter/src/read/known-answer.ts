import { createHash } from "node:crypto";
import type { ReadSession } from "../connection/read-session.ts";
import { KNOWN_LITERALS } from "./known-literals.ts";

/** The first version whose `hash_record_extended` and `ctid` ranges we use. */
const FIRST_VERSION = 140_000;

/** Both hashes of a row with one literal of each type that we know one for; equal on servers that hash alike. */
export async function knownAnswer(
  session: ReadSession,
  versionNumber: number,
  types: readonly string[],
): Promise<string | null> {
  if (versionNumber < FIRST_VERSION) return null;
  const known = types.filter((type) => type in KNOWN_LITERALS).sort();
  const literals = ["1::pg_catalog.int8", ...known.map((type) => `${KNOWN_LITERALS[type]}::${type}`)];
  const text = `SELECT pg_catalog.hash_record_extended(ROW(b), 0), pg_catalog.hash_record_extended(ROW(b), 1)
    FROM (SELECT pg_catalog.record_send(ROW(${literals.join(", ")})) AS b OFFSET 0) s`;
  const [row] = await session.rows(text, [], new AbortController().signal);
  return createHash("sha256")
    .update(JSON.stringify([known, row]))
    .digest("hex");
}
