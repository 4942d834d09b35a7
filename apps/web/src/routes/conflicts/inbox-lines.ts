import type { ListedConflict } from "./conflicts-query.ts";

/** What the inbox draws: a head for each job and table, and their conflicts. */
export type InboxLine =
  | { readonly kind: "head"; readonly name: string; readonly owner: string; readonly table: string }
  | { readonly kind: "conflict"; readonly conflict: ListedConflict; readonly at: number };

/** The job that met a conflict, or the run without one. */
export function ownerOf({ jobId, runId }: Pick<ListedConflict, "jobId" | "runId">): string {
  return jobId ?? runId ?? "";
}

/** Items come by owner, table and key. */
export function linesOf(items: readonly ListedConflict[]): readonly InboxLine[] {
  const lines: InboxLine[] = [];
  let before = "";
  for (const [at, conflict] of items.entries()) {
    const name = `${ownerOf(conflict)}\n${conflict.table}`;
    if (name !== before) lines.push({ kind: "head", name, owner: ownerOf(conflict), table: conflict.table });
    before = name;
    lines.push({ kind: "conflict", conflict, at });
  }
  return lines;
}

/** Whom to go to once a conflict is decided: the next one that is open, else the first before it. */
export function nextOpen(items: readonly ListedConflict[], id: string): ListedConflict | null {
  const at = items.findIndex((each) => each.id === id);
  const others = [...items.slice(at + 1), ...items.slice(0, Math.max(at, 0))];
  return others.find(({ state }) => state === "open") ?? null;
}

/** The one before (-1) or after (1); at the ends null. From outside of the list its first. */
export function neighbour(items: readonly ListedConflict[], id: string, step: 1 | -1): ListedConflict | null {
  const at = items.findIndex((each) => each.id === id);
  return (at < 0 ? items[0] : items[at + step]) ?? null;
}
