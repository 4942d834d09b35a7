import type { Client } from "pg";
import { countMismatch, driftedAway } from "./count-mismatch.ts";
import { parkRows } from "./park-rows.ts";
import type { OpenedTransaction } from "./pg-patch-transaction.ts";
import { sqlStateOf } from "./write-errors.ts";
import { combinedStatement, type WriteNode, writeStatement } from "./write-statements.ts";

/** What stopped a round of writes. */
export type Obstacle =
  | { readonly kind: "count"; readonly error: unknown; readonly node: WriteNode }
  | { readonly kind: "constraint"; readonly error: unknown }
  /** Rows that trade values have to be replaced; the plan says so now. */
  | { readonly kind: "parking" }
  /** Somebody changed a row since it was judged. */
  | { readonly kind: "drift"; readonly error: unknown };

/** Under the session's own settings. Foreign keys that are deferred are checked at the end. */
export async function runSteps(
  { session, label, tables }: OpenedTransaction,
  steps: readonly WriteNode[][],
): Promise<Obstacle | null> {
  const { client } = session;
  for (const table of tables) {
    if (table.parking === null) continue;
    const parked = await parkRows(client, table, table.parking);
    if (parked === "unfit") return { kind: "parking" };
    if (parked === "drifted") return { kind: "drift", error: driftedAway(table, label) };
  }
  for (const step of steps) {
    try {
      const counts = await runStep(client, step);
      const wrong = step.find((node, at) => counts[at] !== node.expected);
      if (wrong !== undefined) return { kind: "count", error: countMismatch(wrong, label), node: wrong };
    } catch (error) {
      return constraintObstacle(error);
    }
  }
  try {
    await client.query("SET CONSTRAINTS ALL IMMEDIATE");
  } catch (error) {
    return constraintObstacle(error);
  }
  return null;
}

/** A violation may come from rows that are not as the patch expects, so it is only an error once they are judged. */
function constraintObstacle(error: unknown): Obstacle {
  if (!sqlStateOf(error).startsWith("23")) throw error;
  return { kind: "constraint", error };
}

async function runStep(client: Client, step: readonly WriteNode[]): Promise<number[]> {
  const [only] = step;
  if (step.length === 1 && only !== undefined) {
    const { rowCount } = await client.query(writeStatement(only));
    return [rowCount ?? 0];
  }
  const { rows } = await client.query<Record<string, string>>(combinedStatement(step));
  return step.map((_, at) => Number(rows[0]?.[`c${at}`]));
}
