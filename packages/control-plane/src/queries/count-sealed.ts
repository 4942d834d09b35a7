import { sql } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { read, SERVICE } from "../database/transact.ts";
import { SEALED_COLUMNS } from "../sealing/sealed-columns.ts";
import { sealedValue } from "../sealing/sealed-value.ts";

export interface SealedUnder {
  /** Of a master key, hex; null: not sealed yet. */
  readonly id: string | null;
  /** Seals what is new in this process. */
  readonly current: boolean;
  /** Opens in this process. */
  readonly known: boolean;
  readonly secrets: number;
}

const PREFIX_CHARACTERS = 12;
const ID_START = 1;
const ID_END = 9;

/** How many secrets are sealed under which master key, over all organizations; also the keys that nothing is under. */
export async function countSealed(cp: ControlPlane): Promise<readonly SealedUnder[]> {
  const counts = new Map<string | null, number>(cp.sealer.knownIds.map((id) => [id, 0]));
  for (const column of SEALED_COLUMNS) {
    const value = sealedValue(column);
    const rows = await read(cp, SERVICE, (db) =>
      db.execute<{ prefix: string | null; count: number }>(sql`
        SELECT CASE WHEN ${value} ~ '^[A-Za-z0-9_-]+$' THEN left(${value}, ${PREFIX_CHARACTERS}) END AS prefix,
          count(*)::int AS count
        FROM syncline_control.${sql.identifier(column.table)} WHERE ${value} IS NOT NULL GROUP BY 1`),
    );
    for (const { prefix, count } of rows) {
      const id = prefix === null ? null : idOf(prefix);
      counts.set(id, (counts.get(id) ?? 0) + count);
    }
  }
  const known = new Set<string | null>(cp.sealer.knownIds);
  return [...counts].map(([id, secrets]) => ({
    id,
    current: id === cp.sealer.currentId,
    known: known.has(id),
    secrets,
  }));
}

function idOf(prefix: string): string {
  return Buffer.from(prefix, "base64url").subarray(ID_START, ID_END).toString("hex");
}
