import type { Endpoint, PatchTarget } from "@syncline/engine";
import { openPatchTarget, openPgEndpoint } from "@syncline/pg-adapter";
import type { Place } from "./place.ts";

/** The one file that names adapters: a new kind of endpoint is a new package and a line here. */

/** Opens a place for reading. Always `close()`. */
export function openEndpoint({ scope, tables, label, replicaOf }: Place): Promise<Endpoint> {
  return openPgEndpoint({ scope, tables, label, ...(replicaOf === null ? {} : { replicaOf }) });
}

/** Connects to a place for applying, undoing and reading its log. Always `close()`. */
export function openTarget({ scope, tables, label }: Place, signal: AbortSignal): Promise<PatchTarget> {
  return openPatchTarget({ scope, tables, label, signal });
}
