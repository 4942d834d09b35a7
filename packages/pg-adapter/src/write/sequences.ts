import { formatQualifiedName } from "@syncline/core";
import type { Client } from "pg";
import { STAGED, STATE, type StagedTable, stagedValue } from "./staged-table.ts";
import { sqlStateOf } from "./write-errors.ts";
import { isOp, isState } from "./write-statements.ts";

export interface Sequence {
  /** Quoted and qualified; and as people read it, also qualified. */
  readonly relation: string;
  readonly name: string;
  readonly tableOid: number;
  readonly column: string;
  readonly increment: bigint;
  readonly min: bigint;
  readonly max: bigint;
}

/** Above this many steps a sequence that is not ours to alter stays where it is. */
const MAX_STEPS = 5_000_000n;

const QUERY = `SELECT DISTINCT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS relation,
  n.nspname AS schema, c.relname AS name, uses.table_oid::pg_catalog.text AS table_oid, a.attname AS column,
  q.seqincrement AS increment, q.seqmin AS min, q.seqmax AS max
FROM (
  SELECT d.objid AS seq, d.refobjid AS table_oid, d.refobjsubid AS attnum FROM pg_catalog.pg_depend d
  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = d.classid AND d.refobjsubid > 0
    AND d.deptype IN ('a', 'i') AND d.refobjid = ANY ($1::pg_catalog.oid[])
  UNION
  SELECT d.refobjid, ad.adrelid, ad.adnum FROM pg_catalog.pg_attrdef ad
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = ad.oid
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
  WHERE ad.adrelid = ANY ($1::pg_catalog.oid[])
) uses
JOIN pg_catalog.pg_class c ON c.oid = uses.seq AND c.relkind = 'S' JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_sequence q ON q.seqrelid = c.oid
JOIN pg_catalog.pg_attribute a ON a.attrelid = uses.table_oid AND a.attnum = uses.attnum ORDER BY 1`;

const WHOLE_NUMBERS = new Set(["smallint", "integer", "bigint", "numeric"]);

/**
 * Raises the sequences behind the written columns past what was written, so that the next insert finds a free value.
 * Never lowers one. Returns notes for people; a dry run only says what would be done.
 */
export async function raiseSequences(
  client: Client,
  tables: readonly StagedTable[],
  dryRun: boolean,
): Promise<string[]> {
  const oids = tables.map((table) => table.info.oid);
  const furthest = (uses: readonly Sequence[]) => furthestWritten(client, uses, tables);
  return raiseSequencesTo(client, oids, furthest, dryRun);
}

/** The same for any tables: `furthest` tells the last value, in the sequence's direction, that its columns hold. */
export async function raiseSequencesTo(
  client: Client,
  tableOids: readonly number[],
  furthest: (uses: readonly Sequence[]) => Promise<bigint | null>,
  dryRun: boolean,
): Promise<string[]> {
  const { rows } = await client.query<Record<string, string>>(QUERY, [`{${tableOids.join(",")}}`]);
  const sequences = rows.map(toSequence);
  const notes: string[] = [];
  for (const [relation, uses] of Map.groupBy(sequences, (sequence) => sequence.relation)) {
    const first = uses[0];
    if (first === undefined || relation === "") continue;
    const written = await furthest(uses);
    if (written === null || written < first.min || written > first.max) continue;
    notes.push(...(await raise(client, first, written, dryRun)));
  }
  return notes;
}

function toSequence(row: Record<string, string>): Sequence {
  return {
    relation: row["relation"] ?? "",
    name: formatQualifiedName({ schema: row["schema"] ?? "", name: row["name"] ?? "" }),
    tableOid: Number(row["table_oid"]),
    column: row["column"] ?? "",
    increment: BigInt(row["increment"] ?? 1),
    min: BigInt(row["min"] ?? 1),
    max: BigInt(row["max"] ?? 1),
  };
}

/** The greatest, of a descending sequence the smallest, value that was written to the sequence's columns. */
async function furthestWritten(
  client: Client,
  uses: readonly Sequence[],
  tables: readonly StagedTable[],
): Promise<bigint | null> {
  let furthest: bigint | null = null;
  for (const use of uses) {
    const table = tables.find((each) => each.info.oid === use.tableOid);
    const column = table?.columns.find((each) => each.spec.name === use.column);
    if (table === undefined || column === undefined || !WHOLE_NUMBERS.has(column.spec.type.base)) continue;
    const groups = table.groups.flatMap((_, at) => (table.groupColumns(at).includes(column) ? [at] : []));
    const updates = `${isOp(STAGED.update)} AND s.grp = ANY ('{${groups.join(",")}}'::pg_catalog.int4[])`;
    const end = use.increment > 0n ? "max" : "min";
    const { rows } = await client.query<{ value: string | null }>(
      `SELECT pg_catalog.trunc(pg_catalog.${end}(${stagedValue(column, "new")})::pg_catalog.numeric)::pg_catalog.text AS value FROM ${table.stage} s
       WHERE ${isState(STATE.pending)} AND (${isOp(STAGED.insert)} OR ${isOp(STAGED.insertMany)} OR ${updates})`,
    );
    const text = rows[0]?.value ?? null;
    if (text === null || !/^-?\d+$/.test(text)) continue;
    const value = BigInt(text);
    if (furthest === null || (use.increment > 0n ? value > furthest : value < furthest)) furthest = value;
  }
  return furthest;
}

async function raise(
  client: Client,
  sequence: Sequence,
  written: bigint,
  dryRun: boolean,
): Promise<string[]> {
  await client.query("SAVEPOINT syncline_sequence");
  try {
    const next = await nextValue(client, sequence);
    if (!isBehind(sequence, next, written)) return [];
    const wanted = written + sequence.increment;
    if (wanted > sequence.max || wanted < sequence.min)
      return [`Sequence "${sequence.name}" is used up by ${written}.`];
    if (dryRun) return [`Sequence "${sequence.name}" would be raised from ${next} to ${wanted}.`];
    return await raiseLocked(client, sequence, written);
  } catch (error) {
    if (sqlStateOf(error) !== "42501") throw error;
    await client.query("ROLLBACK TO SAVEPOINT syncline_sequence");
    return raiseBySteps(client, sequence, written, dryRun);
  }
}

function isBehind(sequence: Sequence, next: bigint, written: bigint): boolean {
  return sequence.increment > 0n ? next <= written : next >= written;
}

async function nextValue(client: Client, { relation, increment }: Sequence): Promise<bigint> {
  const { rows } = await client.query<{ last_value: string; is_called: string }>(
    `SELECT last_value, is_called FROM ${relation}`,
  );
  const last = BigInt(rows[0]?.last_value ?? 0);
  return rows[0]?.is_called === "t" ? last + increment : last;
}

/**
 * ALTER SEQUENCE holds off nextval to the end of the transaction, and unlike setval it is rolled back with it. The
 * first one changes nothing and only takes the lock, under which the value is read again.
 */
async function raiseLocked(client: Client, sequence: Sequence, written: bigint): Promise<string[]> {
  await client.query(`ALTER SEQUENCE ${sequence.relation} INCREMENT BY ${sequence.increment}`);
  const next = await nextValue(client, sequence);
  if (!isBehind(sequence, next, written)) return [];
  const wanted = written + sequence.increment;
  await client.query(`ALTER SEQUENCE ${sequence.relation} RESTART WITH ${wanted}`);
  return [`Sequence "${sequence.name}" was raised from ${next} to ${wanted}.`];
}

/** Without ownership there is no lock against others, but taking values one by one never lowers anything either. */
async function raiseBySteps(
  client: Client,
  sequence: Sequence,
  written: bigint,
  dryRun: boolean,
): Promise<string[]> {
  const role = (await client.query<{ role: string }>("SELECT pg_catalog.quote_ident(current_user) AS role"))
    .rows[0]?.role;
  const left = [
    `Sequence "${sequence.name}" may be behind ${written}: this role may not raise it. Its owner can: GRANT USAGE, SELECT ON SEQUENCE ${sequence.relation} TO ${role};`,
  ];
  try {
    const next = await nextValue(client, sequence);
    if (!isBehind(sequence, next, written)) return [];
    const steps = (written - next) / sequence.increment + 1n;
    if (steps > MAX_STEPS) return left;
    if (dryRun)
      return [`Sequence "${sequence.name}" would be raised from ${next} to ${written + sequence.increment}.`];
    await client.query(
      `SELECT pg_catalog.count(pg_catalog.nextval('${sequence.relation.replaceAll("'", "''")}'::pg_catalog.regclass)) FROM pg_catalog.generate_series(1, ${steps})`,
    );
    return [`Sequence "${sequence.name}" was raised from ${next} past ${written}.`];
  } catch (error) {
    if (sqlStateOf(error) !== "42501") throw error;
    await client.query("ROLLBACK TO SAVEPOINT syncline_sequence");
    return left;
  }
}
