import type { OperationOutcome } from "@syncline/engine";
import type { Client } from "pg";
import { CASCADED_SEQ } from "./cascades.ts";
import { STATE, type StagedTable } from "./staged-table.ts";

const PAGE = 1_000;

const OUTCOMES: Readonly<Record<string, OperationOutcome>> = {
  [STATE.pending]: "written",
  [STATE.present]: "present",
  [STATE.skipped]: "skipped",
  [STATE.conflict]: "conflict",
};

/** States of the staged operations of all tables, in the order in which they were staged. */
export async function* streamOutcomes(
  client: Client,
  tables: readonly StagedTable[],
): AsyncIterable<readonly OperationOutcome[]> {
  const parts = tables.map(
    ({ stage }) => `SELECT s.seq, s.state FROM ${stage} s WHERE s.seq OPERATOR(pg_catalog.<) ${CASCADED_SEQ}`,
  );
  if (parts.length === 0) return;
  await client.query(
    `DECLARE syncline_outcomes NO SCROLL CURSOR FOR SELECT state FROM (${parts.join(" UNION ALL ")}) s ORDER BY seq`,
  );
  for (;;) {
    const { rows } = await client.query<{ state: string }>(`FETCH ${PAGE} FROM syncline_outcomes`);
    if (rows.length > 0) yield rows.map(({ state }) => OUTCOMES[state] ?? "conflict");
    if (rows.length < PAGE) break;
  }
  await client.query("CLOSE syncline_outcomes");
}
