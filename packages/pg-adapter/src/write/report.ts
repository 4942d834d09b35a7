import type { ApplyCounts, WriteReport } from "@syncline/engine";
import type { Client } from "pg";
import { STATE, type StagedTable } from "./staged-table.ts";

const NOTHING: ApplyCounts = { inserted: 0, updated: 0, deleted: 0, alreadyApplied: 0, skipped: 0 };

/** Counts what the states of the staged operations say was, or would be, done. */
export async function reportOf(
  client: Client,
  tables: readonly StagedTable[],
  notes: readonly string[],
): Promise<WriteReport> {
  const counted: ({ readonly name: string } & ApplyCounts)[] = [];
  let conflictCount = 0;
  for (const table of tables) {
    const { counts, conflicts } = await countStates(client, table);
    counted.push({ name: table.name, ...counts });
    conflictCount += conflicts;
  }
  return { counts: counted.reduce(add, NOTHING), tables: counted, conflictCount, notes };
}

async function countStates(
  client: Client,
  table: StagedTable,
): Promise<{ counts: ApplyCounts; conflicts: number }> {
  const { rows } = await client.query<{ op: string; state: string; rows: string; operations: string }>(
    `SELECT pg_catalog.lower(s.op::pg_catalog.text) AS op, s.state, pg_catalog.sum(s.cnt) AS rows, pg_catalog.count(*) AS operations
     FROM ${table.stage} s GROUP BY 1, 2`,
  );
  const total = (test: (row: { op: string; state: string }) => boolean, what: "rows" | "operations") =>
    rows.filter(test).reduce((sum, row) => sum + Number(row[what]), 0);
  const written = (op: string) => total((row) => row.op === op && row.state === STATE.pending, "rows");
  return {
    counts: {
      inserted: written("i"),
      updated: written("u"),
      deleted: written("d"),
      alreadyApplied: total((row) => row.state === STATE.present, "operations"),
      skipped: total((row) => row.state === STATE.skipped, "operations"),
    },
    conflicts: total((row) => row.state === STATE.conflict, "operations"),
  };
}

function add(a: ApplyCounts, b: ApplyCounts): ApplyCounts {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    deleted: a.deleted + b.deleted,
    alreadyApplied: a.alreadyApplied + b.alreadyApplied,
    skipped: a.skipped + b.skipped,
  };
}
