import { CodedError, type KeyList, type RowValue } from "@syncline/core";
import type { FileTable, RowFiles } from "../../ports/row-files.ts";

/** What a file says of the rows that name its roots. */
export interface FileRoots {
  /** Keys of the roots, in the order of the root table's key. */
  readonly keys: KeyList["tuples"];
  /** Keys of rows that are only referred to, by table, as `referencedKey` has them. */
  readonly referenced: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface ReadRootsInput {
  readonly files: RowFiles;
  readonly root: string;
  readonly rootKey: readonly string[];
  readonly signal: AbortSignal;
}

/** Reads keys alone. @throws CodedError `file.damaged`, `schema.mismatch` when the file lacks the root's key */
export async function readRoots({ files, root, rootKey, signal }: ReadRootsInput): Promise<FileRoots> {
  const keys: RowValue[][] = [];
  const referenced = new Map<string, Set<string>>();
  for (const table of files.tables) {
    const isRoot = table.name === root;
    const columns = positions(table, isRoot ? rootKey : table.key, files);
    const found = new Set<string>();
    for await (const batch of files.rows(table.name, signal)) {
      for (const row of batch) {
        if (!row.referenced && !isRoot) continue;
        const key = columns.map((at) => row.values[at] ?? null);
        if (row.referenced) found.add(JSON.stringify(key));
        else keys.push(key);
      }
    }
    referenced.set(table.name, found);
  }
  return { keys, referenced };
}

function positions({ name, columns }: FileTable, key: readonly string[], files: RowFiles): number[] {
  return key.map((column) => {
    const at = columns.findIndex((each) => each.name === column);
    if (at >= 0) return at;
    throw new CodedError(
      "schema.mismatch",
      `"${files.label}" lacks the column "${column}", which names rows of "${name}".`,
      { hint: "Export again with that column." },
    );
  });
}

/** A key as `FileRoots.referenced` has it. */
export function referencedKey(columns: readonly string[], key: ReadonlyMap<string, RowValue>): string {
  return JSON.stringify(columns.map((column) => key.get(column) ?? null));
}

/**
 * Refuses roots that are not allowed, before anything is written. Keys are compared as text.
 * @throws CodedError `scope.exceeded`
 */
export function assertAllowed(
  { keys, referenced }: FileRoots,
  allowed: readonly (readonly string[])[],
  { label, root }: { readonly label: string; readonly root: string },
): void {
  const known = new Set(allowed.map((key) => JSON.stringify(key)));
  // Also rows that are only referred to: one that is missing would become a root that nobody allowed.
  const all = [...keys.map((key) => JSON.stringify(key)), ...(referenced.get(root) ?? [])];
  const outside = all.filter((key) => !known.has(key)).map((key) => JSON.parse(key) as (string | null)[]);
  if (outside.length === 0) return;
  const shown = outside.slice(0, 5).map((key) => key.join(", "));
  const more = outside.length > shown.length ? ` and ${outside.length - shown.length} more` : "";
  throw new CodedError(
    "scope.exceeded",
    `"${label}" holds ${outside.length} rows of "${root}" that are not allowed: ${shown.join("; ")}${more}. Nothing was written.`,
    {
      hint: "Export only the rows that are allowed, or add them to the file of --allow.",
      details: { roots: outside.length },
    },
  );
}
