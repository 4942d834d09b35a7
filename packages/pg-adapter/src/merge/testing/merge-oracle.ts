/** A row as text values by column, or null for no row. */
export type Row = Readonly<Record<string, string | null>> | null;

export interface Expected {
  readonly row: Row;
  readonly kind: string;
}

/**
 * What a three-way merge of one row must give, written down a second time and in another way than the product: by
 * cases over the rows themselves, not over changes.
 */
export function expectRow(base: Row, ours: Row, theirs: Row): Expected {
  const text = (row: Row) => (row === null ? "-" : JSON.stringify(Object.entries(row).sort()));
  const [b, o, t] = [text(base), text(ours), text(theirs)];
  if (o === t) return { row: ours, kind: o === b ? "unchanged" : "convergent" };
  if (t === b) return { row: ours, kind: "ours-only" };
  if (o === b) return { row: theirs, kind: "theirs-only" };
  if (base === null) return { row: ours, kind: "insert-insert" };
  if (ours === null) return { row: null, kind: "update-delete" };
  if (theirs === null) return { row: ours, kind: "delete-update" };
  const row: Record<string, string | null> = {};
  for (const column of Object.keys(base)) {
    const versions = [base[column], ours[column], theirs[column]] as const;
    const different = new Set(versions).size;
    if (different === 3) return { row: ours, kind: "update-update" };
    const [was, mine, other] = versions;
    row[column] = (mine === was ? other : mine) ?? null;
  }
  return { row, kind: "cell-merged" };
}

/** The same for a number of identical rows without a key. */
export function expectCount(base: number, ours: number, theirs: number): number {
  return ours === base ? theirs : ours;
}
