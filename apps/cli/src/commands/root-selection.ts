import type { FilterDocument } from "@syncline/core";
import type { RootSelection } from "@syncline/engine";
import type { Command } from "commander";
import { type Assignment, collectAssignments } from "./option-values.ts";

/** Options that choose roots of a dataset, alike in pull and export. */
export interface RootOptions {
  readonly dataset?: string;
  readonly email?: string;
  readonly group?: string;
  readonly select?: readonly Assignment[];
}

export function addRootOptions(command: Command): Command {
  return command
    .option("--email <keyword>", "only roots whose email contains this, by the dataset's filter email")
    .option("--group <name>", "only roots of this group, by the dataset's filter group")
    .option(
      "--select <name=value>",
      "only roots by another filter of the dataset; repeatable",
      collectAssignments,
    );
}

/** The roots that were typed, by the names of the dataset's filters. */
export function rootFilters({ select, email, group }: RootOptions): ReadonlyMap<string, string> {
  const filters = new Map((select ?? []).map(({ name, value }) => [name, value]));
  if (email !== undefined) filters.set("email", email);
  if (group !== undefined) filters.set("group", group);
  return filters;
}

/** The roots that were typed, and those that a filter over the root table takes. */
export function rootSelection(options: RootOptions, filter: FilterDocument | null): RootSelection {
  return { filters: rootFilters(options), where: filter?.where ?? null, keys: null };
}
