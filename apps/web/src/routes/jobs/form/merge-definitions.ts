import type { JobDefinition } from "@syncline/api";

export interface FieldDifference {
  readonly field: string;
  readonly before: unknown;
  readonly mine: unknown;
  readonly theirs: unknown;
  /** Both changed it, each to something else. */
  readonly clash: boolean;
}

type Raw = Readonly<Record<string, unknown>>;

/** Fields that somebody changed since a version, mine and theirs beside each other. */
export function differencesOf(
  before: JobDefinition,
  mine: Raw,
  theirs: JobDefinition,
): readonly FieldDifference[] {
  const old = before as Raw;
  const other = theirs as Raw;
  const fields = [...new Set([...Object.keys(old), ...Object.keys(mine), ...Object.keys(other)])];
  return fields.flatMap((field) => {
    const iChanged = !same(old[field], mine[field]);
    const theyChanged = !same(old[field], other[field]);
    if (!iChanged && !theyChanged) return [];
    const clash = iChanged && theyChanged && !same(mine[field], other[field]);
    return [{ field, before: old[field], mine: mine[field], theirs: other[field], clash }];
  });
}

/** Theirs with my changes on it; where both changed a field, mine stays. */
export function mergedDefinition(before: JobDefinition, mine: Raw, theirs: JobDefinition): Raw {
  const old = before as Raw;
  const merged = new Map(Object.entries(theirs as Raw));
  for (const field of new Set([...Object.keys(old), ...Object.keys(mine)])) {
    if (same(old[field], mine[field])) continue;
    if (mine[field] === undefined) merged.delete(field);
    else merged.set(field, mine[field]);
  }
  return Object.fromEntries(merged);
}

/** The order of names in a mapping means nothing. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => [name, ordered(inner)]);
}
