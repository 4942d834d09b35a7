import type { FileScope, MoveInput } from "@syncline/engine";
import { type AnyPlace, openRenumbering, type Place } from "@syncline/runtime";

interface Renumbered {
  readonly target: Place;
  /** Names the source for the id map. */
  readonly source: string;
  readonly options: { readonly renumber?: boolean; readonly dryRun?: boolean };
}

/** Runs `move` with what `--renumber` adds to it. */
export async function renumbering<T>(
  { target, source, options }: Renumbered,
  move: (extras: Pick<MoveInput, "renumber">) => Promise<T>,
): Promise<T> {
  if (options.renumber !== true) return move({});
  const store = await openRenumbering(target, options.dryRun === true);
  try {
    return await move({ renumber: { store, source } });
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

/** Names the source of a copy. A directory's own scope is read by whoever opens it. */
export function renumberAny(source: AnyPlace, scope: FileScope | null): string {
  return source.kind === "live" ? renumberSource(source.place) : renumberFiles(source.place.label, scope);
}
