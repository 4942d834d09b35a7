import { isDeepStrictEqual } from "node:util";
import type { JobDefinition } from "@syncline/jobs";

/** One field of a job that an edit changed, as the audit log keeps it. */
export interface ChangedField {
  readonly field: string;
  /** Null where the field was or is absent. */
  readonly before: unknown;
  readonly after: unknown;
  /** false: that it changed is all that is kept. */
  readonly kept: boolean;
}

/** Entries stay for ever, so what may name rows is not kept in them. */
const MAY_NAME_ROWS: ReadonlySet<string> = new Set(["filter"]);
const MOST_CHARS = 2_000;

/** Fields that differ, by name. */
export function changedFields(before: JobDefinition, after: JobDefinition): readonly ChangedField[] {
  const [was, is] = [plain(before), plain(after)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  return names
    .filter((name) => !isDeepStrictEqual(was[name], is[name]))
    .map((field) => {
      const change = { field, before: was[field] ?? null, after: is[field] ?? null };
      return isKept(change) ? { ...change, kept: true } : { field, before: null, after: null, kept: false };
    });
}

function isKept({ field, ...values }: Omit<ChangedField, "kept">): boolean {
  const text = JSON.stringify(values);
  // An address may hold a password.
  return !MAY_NAME_ROWS.has(field) && !text.includes("://") && text.length <= MOST_CHARS;
}

/** As it is stored. */
function plain(definition: JobDefinition): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(definition)) as Record<string, unknown>;
}
