import { type DiffOptions, type FileScope, type MoveInput, Renumbering } from "@syncline/engine";
import { openRenumbering, openRowDirectory } from "../../endpoint-registry.ts";
import type { AnyPlace, Place } from "../../place.ts";

interface Renumbered {
  readonly target: Place;
  /** Names the source for the id map. */
  readonly source: string;
  readonly choices: { readonly renumber: boolean; readonly dryRun: boolean };
}

/** Runs `move` with what `--renumber` adds to it. */
export async function renumbering<T>(
  { target, source, choices }: Renumbered,
  move: (extras: Pick<MoveInput, "renumber">) => Promise<T>,
): Promise<T> {
  if (!choices.renumber) return move({});
  const store = await openRenumbering(target, choices.dryRun);
  try {
    return await move({ renumber: { store, source } });
  } finally {
    await store.close();
  }
}

/** Runs `show` with the source's rows under the keys that they have in the target, or would get. */
export async function underNewKeys<T>(
  { target, source, choices }: Renumbered,
  { diff, signal }: { readonly diff: DiffOptions; readonly signal: AbortSignal },
  show: (diff: DiffOptions) => Promise<T>,
): Promise<T> {
  if (!choices.renumber) return show(diff);
  const store = await openRenumbering(target, true);
  try {
    return await show({ ...diff, reconcile: new Renumbering({ store, source }, signal).reconcile });
  } finally {
    await store.close();
  }
}

/** Under one name whatever tables a run is about, so that rows keep their keys from run to run. */
export function renumberSource({ server, tenant, scope }: Place): string {
  const { host, port, database } = scope.connection;
  return `${server ?? `${host}:${port}/${database}`}:${tenant}`;
}

/** Files go by the tenant that they were written from: their own names change. */
export function renumberFiles(label: string, scope: FileScope | null): string {
  return scope === null || scope.tenant === null ? `files ${label}` : `files of ${scope.tenant}`;
}

/** Names the source of a copy. */
export async function renumberAny(source: AnyPlace): Promise<string> {
  if (source.kind === "live") return renumberSource(source.place);
  if (source.kind === "remote") return source.place.label;
  const files = await openRowDirectory(source.place);
  try {
    return renumberFiles(source.place.label, files.scope);
  } finally {
    await files.close();
  }
}
