import { counted, countText } from "../../../components/number-text.ts";
import type { PatchTable, PatchTables } from "../explorer-props.ts";

export interface Verdict {
  readonly same: number;
  readonly different: number;
  readonly failed: number;
  readonly tables: number;
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
  /** Rows of both sides together, those that are alike once; null: not known of every table. */
  readonly rows: number | null;
  readonly complete: boolean;
  /** equal: nothing differs and everything was compared. unsure: nothing differs as far as it was compared. */
  readonly outcome: "equal" | "different" | "unsure";
}

type Counted = Pick<PatchTable, "inserts" | "updates" | "deletes" | "unchanged">;
type Sized = Counted & Pick<PatchTable, "sourceRows">;

export function verdictOf({ tables, complete }: Pick<PatchTables, "tables" | "complete">): Verdict {
  const inState = (state: PatchTable["state"]) => tables.filter((table) => table.state === state).length;
  const sum = (count: "inserts" | "updates" | "deletes") =>
    tables.reduce((total, table) => total + table[count], 0);
  const compared = tables.filter(({ state }) => state !== "failed");
  const rows = compared.reduce<number | null>((total, table) => {
    const all = rowsOf(table);
    return total === null || all === null ? null : total + all;
  }, 0);
  const [same, different, failed] = [inState("same"), inState("different"), inState("failed")];
  return {
    same,
    different,
    failed,
    tables: tables.length,
    inserts: sum("inserts"),
    updates: sum("updates"),
    deletes: sum("deletes"),
    rows,
    complete,
    outcome: different > 0 ? "different" : failed === 0 && complete ? "equal" : "unsure",
  };
}

/** Rows of both sides together, those that are alike once; null: not known. */
export function rowsOf({ inserts, updates, deletes, unchanged, sourceRows }: Sized): number | null {
  // A comparison that stopped at a limit counted what was alike as far as it came.
  return unchanged === null || sourceRows === null ? null : unchanged + inserts + updates + deletes;
}

/** Share of the rows that differ, 0 to 1; null: not known. */
export function shareOf(count: number, rows: number | null): number | null {
  if (rows === null) return null;
  return rows === 0 ? 0 : count / rows;
}

/** The verdict in one sentence. */
export function verdictText(verdict: Verdict): string {
  const { outcome, different, failed, tables, rows } = verdict;
  const all = counted(tables, "table");
  if (outcome === "equal")
    return rows === null
      ? `Both are equal, in ${all}.`
      : `Both are equal: ${counted(rows, "row")} in ${all}.`;
  const notCompared = failed === 0 ? "" : ` ${countText(failed)} could not be compared.`;
  if (outcome === "different" && tables === 1) return "The table differs.";
  if (outcome === "different")
    return `${verdict.complete ? "" : "At least "}${countText(different)} of ${all} ${different === 1 ? "differs" : "differ"}.${notCompared}`;
  if (failed < tables || tables === 0) return `No difference was found.${notCompared}`;
  return tables === 1 ? "The table could not be compared." : `None of the ${all} could be compared.`;
}

/**
 * What is known of a table in which no difference was found. A comparison that stopped before its end may not have come
 * to it, or not to all of it.
 */
export function sameText({ unchanged }: Counted, complete: boolean): string {
  if (complete) return unchanged === null ? "equal" : `${counted(unchanged, "row")}, equal`;
  if (unchanged === null || unchanged === 0) return "not looked at, or empty";
  return `${counted(unchanged, "row")} equal, so far`;
}

/** Differences of a table, for the order of the list. */
export function differencesOf({ inserts, updates, deletes }: Counted): number {
  return inserts + updates + deletes;
}

const RANK: Readonly<Record<PatchTable["state"], number>> = { different: 0, failed: 1, same: 2 };

/** Tables whose name contains the text, in the wanted order: most differences first, or by name. */
export function orderedTables(
  tables: readonly PatchTable[],
  { find, order }: { readonly find: string; readonly order: "most" | "name" },
): readonly PatchTable[] {
  const wanted = find.toLowerCase();
  const found = tables.filter(({ name }) => name.toLowerCase().includes(wanted));
  const byName = (a: PatchTable, b: PatchTable) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  if (order === "name") return found.toSorted(byName);
  return found.toSorted(
    (a, b) => RANK[a.state] - RANK[b.state] || differencesOf(b) - differencesOf(a) || byName(a, b),
  );
}
