import {
  CodedError,
  matchesPattern,
  type QualifiedName,
  sameQualifiedName,
  suggestNames,
} from "@syncline/core";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";
import type { DiffOptions } from "../diff-contract.ts";
import type { DiffInput } from "../diff-endpoints.ts";

export interface OpenSides {
  readonly source: ReadSnapshot;
  readonly target: ReadSnapshot;
}

/** Locks both sides, then takes both snapshots; one for both where they are the same database. */
export async function openBoth(input: DiffInput, signal: AbortSignal): Promise<OpenSides> {
  const { source, target } = input;
  const offered: QualifiedName[] = [];
  const [lockedSource, lockedTarget] = await both(
    lock(input, source, target, { signal, offered }),
    lock(input, target, source, { signal, offered }),
  );
  assertPatterns(input, offered);
  if (input.instant !== undefined) {
    const { source: theirs, target: ours } = input.instant;
    const [first, second] = await both(lockedSource.begin(theirs), lockedTarget.begin(ours));
    return { source: first, target: second };
  }
  const same = lockedSource.database !== null && lockedSource.database === lockedTarget.database;
  if (!same) {
    const [first, second] = await both(lockedSource.begin(null), lockedTarget.begin(null));
    return { source: first, target: second };
  }
  const first = await lockedSource.begin(null);
  return { source: first, target: await lockedTarget.begin(first.token) };
}

/**
 * A neighbour may queue for a lock that the others of this instant hold. Whoever joined and waited behind that one would
 * wait for the others, who wait for what it is to do.
 */
export const JOINING_PATIENCE_MS = 10_000;

interface LockNotes {
  readonly signal: AbortSignal;
  /** Takes the names of all tables that there are. */
  readonly offered: QualifiedName[];
}

function lock(input: DiffInput, endpoint: Endpoint, other: Endpoint, { signal, offered }: LockNotes) {
  const accept = (name: QualifiedName) => {
    offered.push(name);
    return isWanted(input, endpoint, other, name);
  };
  return endpoint.lock({
    accept,
    connections: Math.max(1, input.options.parallel),
    signal,
    notice: input.ctx.warn,
    ...(input.instant === undefined ? {} : { patienceMs: JOINING_PATIENCE_MS }),
  });
}

/** A pattern that fits nothing is a mistake, best explained by what there is. */
function assertPatterns({ options, source, target }: DiffInput, offered: readonly QualifiedName[]): void {
  if (offered.length === 0) return;
  const named = [...(source.named ?? []), ...(target.named ?? [])];
  const names = [...offered, ...named];
  const unmatched = options.tablePatterns.find(
    (pattern) => !names.some((name) => matchesPattern(name, pattern)),
  );
  if (unmatched === undefined) return;
  throw new CodedError(
    "table.not_found",
    `No table of ${source.label} and ${target.label} matches "${unmatched}".`,
    {
      hint: suggestNames(unmatched, [...new Set(names.map((name) => name.name))], "tables"),
    },
  );
}

type NamedSide = Pick<Endpoint, "named" | "tenantSchema">;

/** With patterns, or with tables that the other side names, only those; a map may join any two names. */
export function isWanted(
  { options }: { readonly options: Pick<DiffOptions, "tableMap" | "tablePatterns"> },
  endpoint: NamedSide,
  other: NamedSide,
  name: QualifiedName,
): boolean {
  const mapped = [...options.tableMap].flat().some((text) => matchesPattern(name, text));
  if (mapped) return true;
  const { tablePatterns, tableMap } = options;
  if (tableMap.size > 0) return true;
  const fits = tablePatterns.length === 0 || tablePatterns.some((pattern) => matchesPattern(name, pattern));
  if (!fits || other.named === null) return fits;
  return other.named.some((wanted) => sameQualifiedName(inTenant(wanted, other), inTenant(name, endpoint)));
}

/** The tenant's own schema counts as the same on both sides. */
function inTenant(name: QualifiedName, endpoint: NamedSide): QualifiedName {
  return { schema: name.schema === endpoint.tenantSchema ? "" : name.schema, name: name.name };
}

/** Both results, or the first failure once both have ended. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === "rejected") throw a.reason;
  if (b.status === "rejected") throw b.reason;
  return [a.value, b.value];
}
