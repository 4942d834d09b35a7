import type { TestDatabase } from "@syncline/tooling-test-postgres";
import { below, insertSql, type Random, type RandomTable, randomRow } from "./random-tables.ts";

/** Rows of both sides: the target's are the source's with random edits. */
function edit(
  random: Random,
  table: RandomTable,
): { readonly theirs: string[][]; readonly ours: string[][] } {
  const size = [0, 1, 5, 60, 300][below(random, 5)] ?? 0;
  const rate = [0, 0.01, 0.2, 1][below(random, 4)] ?? 0;
  const theirs = Array.from({ length: Math.min(size, 390) }, (_, n) => randomRow(random, table, n));
  if (table.keyKind === "none") theirs.push(...theirs.slice(0, below(random, 5)));
  const ours: string[][] = [];
  for (const [n, row] of theirs.entries()) {
    if (random() >= rate) ours.push(row);
    else if (random() < 0.6)
      ours.push(
        row.map((value, at) => (table.key.includes(at) ? value : (randomRow(random, table, n)[at] ?? value))),
      );
  }
  const added = Array.from({ length: below(random, rate * 10 + 1) }, (_, n) =>
    randomRow(random, table, 390 + n),
  );
  return { theirs, ours: [...ours, ...added].sort(() => random() - 0.5) };
}

/** Makes the tables on both sides, the target's rows being the source's with random edits. */
export async function loadEdited({
  source,
  target,
  tables,
  random,
}: {
  readonly source: TestDatabase;
  readonly target: TestDatabase;
  readonly tables: readonly RandomTable[];
  readonly random: Random;
}): Promise<void> {
  const statements = { source: [] as string[], target: [] as string[] };
  for (const table of tables) {
    const { theirs, ours } = edit(random, table);
    statements.source.push(table.ddl, insertSql(table, theirs));
    statements.target.push(table.ddl, insertSql(table, ours));
  }
  const drop = tables.map((table) => `DROP TABLE IF EXISTS "${table.name}"`);
  await source.query([...drop, ...statements.source].join(";"));
  await target.query([...drop, ...statements.target].join(";"));
}
