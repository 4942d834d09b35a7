import type { Client } from "pg";
import { STATE, type StagedKind, type StagedTable } from "./staged-table.ts";
import { isState, type WriteNode } from "./write-statements.ts";

/** What is left to write: a node for each kind of operation, each set of changed columns and each layer of swaps. */
export async function pendingNodes(client: Client, tables: readonly StagedTable[]): Promise<WriteNode[]> {
  const nodes: WriteNode[] = [];
  for (const table of tables) {
    const replaced = table.parking?.replace === true ? "s.parked IS TRUE" : "false";
    const { rows } = await client.query<Row>(
      `SELECT s.op, s.grp, COALESCE(s.layer, 0) AS layer, ${replaced} AS replaced, pg_catalog.sum(s.cnt) AS rows
       FROM ${table.stage} s WHERE ${isState(STATE.pending)} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
    );
    for (const { op, grp, layer, replaced: again, rows: expected } of rows) {
      const group = op === "u" ? Number(grp) : null;
      nodes.push({
        table,
        kind: op,
        group,
        layer: Number(layer),
        replaced: again === "t",
        expected: Number(expected),
      });
    }
  }
  return nodes;
}

interface Row {
  readonly op: StagedKind;
  readonly grp: string;
  readonly layer: string;
  readonly replaced: string;
  readonly rows: string;
}
