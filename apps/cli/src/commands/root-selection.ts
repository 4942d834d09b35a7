import { CodedError, type FilterDocument } from "@syncline/core";
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
