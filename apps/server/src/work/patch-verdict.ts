import type { AnswerOf, diffs, RunAnswer } from "@syncline/api";
import type { PatchRecord, Run } from "@syncline/control-plane";
import type { PatchTable } from "@syncline/core";
import type { IndexedTable, OpenResult } from "@syncline/runtime/results";

type TableAnswer = AnswerOf<typeof diffs.listPatchTables>["tables"][number];
type RunTable = NonNullable<RunAnswer["summary"]>["tables"][number];

interface VerdictParts {
  readonly patch: PatchRecord;
  /** That compared; null for patches that came otherwise. */
  readonly run: Run | null;
  /** Null: without an index. */
  readonly result: OpenResult | null;
}

/** What became of each table: those of the patch, and those that the run found alike or could not compare. */
export async function patchVerdict({ patch, run, result }: VerdictParts): Promise<readonly TableAnswer[]> {
  const compared = patch.origin === "diff" ? tablesOfRun(run) : new Map<string, RunTable>();
  const changed = new Map((await result?.tables())?.map((table) => [table.name, table]));
  const tables = (result?.header.tables ?? []).map((table) =>
    verdict(table, changed.get(table.name), compared.get(table.name) ?? null),
  );
  const known = new Set(tables.map(({ name }) => name));
  const others = [...compared.values()].filter(({ name }) => !known.has(name));
  const shown = patch.origin === "diff" ? tables : tables.filter(({ state }) => state !== "same");
  const all = [...shown, ...others.map((table) => verdict(nameless(table.name), undefined, table))];
  // Stopped at a limit: how many rows there are was not found out, of no table for certain.
  const stopped = !patch.complete && !all.some(({ state }) => state === "failed");
  return stopped ? all.map((table) => ({ ...table, sourceRows: null, targetRows: null })) : all;
}

function tablesOfRun(run: Run | null): ReadonlyMap<string, RunTable> {
  const summary = run?.summary as RunAnswer["summary"] | undefined;
  return new Map(summary?.tables.map((table) => [table.name, table]));
}

function nameless(name: string): PatchTable {
  return { name, columns: [], key: [], fingerprint: "" };
}

function verdict(table: PatchTable, changes: IndexedTable | undefined, run: RunTable | null): TableAnswer {
  // Of rows without a key one operation may stand for several; the run counts rows.
  const inserts = run?.inserted ?? changes?.inserts ?? 0;
  const updates = run?.updated ?? changes?.updates ?? 0;
  const deletes = run?.deleted ?? changes?.deletes ?? 0;
  const unchanged = run?.unchanged ?? null;
  const error = run?.error ?? null;
  const differs = changes !== undefined || inserts + updates + deletes > 0;
  return {
    name: table.name,
    state: error !== null ? "failed" : differs ? "different" : "same",
    changes: {
      insert: changes?.inserts ?? 0,
      update: changes?.updates ?? 0,
      delete: changes?.deletes ?? 0,
    },
    inserts,
    updates,
    deletes,
    unchanged,
    sourceRows: unchanged === null ? null : unchanged + updates + inserts,
    targetRows: unchanged === null ? null : unchanged + updates + deletes,
    error,
    key: [...table.key],
    columns: table.columns.map(([name, type]) => ({ name, type })),
    changedColumns: (changes?.changedColumns ?? []).map((column) => ({ ...column })),
  };
}
