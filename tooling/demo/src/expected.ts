interface Counts {
  readonly to_insert: number;
  readonly to_update: number;
  readonly to_delete: number;
}

const counts = (to_insert: number, to_update: number, to_delete: number): Counts => ({
  to_insert,
  to_update,
  to_delete,
});

/** What shop/edits.sql comes to, table by table; every other table is equal. */
export const EDITS: Readonly<Record<string, Counts>> = {
  addresses: counts(25, 18, 0),
  categories: counts(1, 2, 0),
  customers: counts(25, 0, 0),
  inventory: counts(40, 60, 0),
  orders: counts(0, 37, 0),
  payments: counts(0, 25, 0),
  products: counts(8, 172, 0),
  reviews: counts(0, 0, 14),
};

const NONE = counts(0, 0, 0);

/** Compares the tables of a `diff --json` document with what is expected; returns the deviations, in words. */
export function deviations(document: unknown, expected: Readonly<Record<string, Counts>>): string[] {
  const { tables } = document as { tables: readonly (Counts & { name: string })[] };
  const missing = Object.keys(expected).filter((name) => !tables.some((table) => table.name === name));
  const wrong = tables.flatMap((table) => describe(table, expected[table.name] ?? NONE));
  return [...missing.map((name) => `${name}: missing`), ...wrong];
}

function describe(found: Counts & { name: string }, expected: Counts): string[] {
  const text = ({ to_insert, to_update, to_delete }: Counts) => `+${to_insert} ~${to_update} -${to_delete}`;
  return text(found) === text(expected) ? [] : [`${found.name}: ${text(found)}, expected ${text(expected)}`];
}
