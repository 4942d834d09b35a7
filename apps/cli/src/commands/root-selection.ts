import { CodedError, type FilterDocument } from "@syncline/core";
import type { RootSelection } from "@syncline/engine";
import type { Assignment } from "./option-values.ts";

/** Options that choose roots of a dataset, alike in pull and export. */
export interface RootOptions {
  readonly dataset?: string;
  readonly email?: string;
  readonly group?: string;
  readonly select?: readonly Assignment[];
}

/** @throws CodedError `usage.invalid` for roots without a dataset */
export function assertRootOptions({ dataset, email, group, select }: RootOptions): void {
  if (dataset !== undefined || (email === undefined && group === undefined && select === undefined)) return;
  throw new CodedError("usage.invalid", "--email, --group and --select choose roots of a dataset.", {
    hint: "Add --dataset with its name.",
  });
}

/** The roots that were typed, and those that a filter over the root table takes. */
export function rootSelection(options: RootOptions, filter: FilterDocument | null): RootSelection {
  const filters = new Map((options.select ?? []).map(({ name, value }) => [name, value]));
  if (options.email !== undefined) filters.set("email", options.email);
  if (options.group !== undefined) filters.set("group", options.group);
  return { filters, where: filter?.where ?? null, keys: null };
}
