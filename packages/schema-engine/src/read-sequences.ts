import type { QualifiedName } from "@syncline/core";
import type { SequenceState } from "@syncline/engine";
import type pg from "pg";
import { quoteTable } from "./quote.ts";

export interface TableSequence extends SequenceState {
  /** The table of which it belongs to a column, or null. */
  readonly table: QualifiedName | null;
}

const SEQUENCES = `SELECT n.nspname, c.relname, tn.nspname, t.relname
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
    AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
  LEFT JOIN pg_class t ON t.oid = d.refobjid
  LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
  WHERE c.relkind = 'S' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT 1 FROM pg_depend e
      WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
  ORDER BY n.nspname, c.relname`;

const AT_ONCE = 200;

/** Sequences do not belong to a snapshot; what is read after one is never behind its rows. */
export async function readSequences(client: pg.Client): Promise<TableSequence[]> {
  const found = (await client.query({ text: SEQUENCES, rowMode: "array" })).rows as (string | null)[][];
  const names = found.map(([schema, name]) => ({ schema: schema ?? "", name: name ?? "" }));
  const states: string[][] = [];
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const selects = names
      .slice(start, start + AT_ONCE)
      .map(
        (name, index) => `SELECT ${index} AS n, last_value::text, is_called::text FROM ${quoteTable(name)}`,
      );
    const text = `${selects.join(" UNION ALL ")} ORDER BY n`;
    states.push(...((await client.query({ text, rowMode: "array" })).rows as string[][]));
  }
  return names.map((name, index) => ({
    name,
    table: found[index]?.[3] == null ? null : { schema: found[index][2] ?? "", name: found[index][3] },
    lastValue: states[index]?.[1] ?? "1",
    isCalled: states[index]?.[2] === "true",
  }));
}
