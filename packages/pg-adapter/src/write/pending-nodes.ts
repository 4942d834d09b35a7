import type { Client } from "pg";
import { STATE, type StagedKind, type StagedTable } from "./staged-table.ts";
import { isState, type WriteNode } from "./write-statements.ts";

/** What is left to write, as one node for each kind of operation and each set of changed columns. */
export async function pendingNodes(client: Client, tables: readonly StagedTable[]): Promise<WriteNode[]> {
  const nodes: WriteNode[] = [];
  for (const table of tables) {
    const { rows } = await client.query<{ op: StagedKind; grp: string; rows: string }>(
      `SELECT s.op, s.grp, pg_catalog.sum(s.cnt) AS rows FROM ${table.stage} s WHERE ${isState(STATE.pending)} GROUP BY 1, 2 ORDER BY 1, 2`,
    );
    for (const { op, grp, rows: expected } of rows) {
      nodes.push({ table, kind: op, group: op === "u" ? Number(grp) : null, expected: Number(expected) });
    }
  }
  return nodes;
}
