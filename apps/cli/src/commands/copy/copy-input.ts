import { CodedError } from "@syncline/core";
import type { CopyInput } from "@syncline/runtime/operations";
import type { Session } from "../../session.ts";
import type { CopyCommandOptions } from "../copy.ts";
import { keyColumns } from "../diff/diff-options.ts";
import { readFilter } from "../diff/read-filter.ts";
import type { Assignment } from "../option-values.ts";
import { moveChoices } from "../write/move-options.ts";

export interface CopyArguments {
  readonly source: string;
  readonly target: string;
  readonly options: CopyCommandOptions;
}

/** What was typed, as the operation wants it. @throws CodedError `usage.invalid`, `filter.invalid`, `file.*` */
export async function copyInput(
  { workingFolder }: Session,
  { source, target, options }: CopyArguments,
): Promise<CopyInput> {
  if (options.schemasOnly === true && options.includeSchemas === true)
    throw new CodedError("usage.invalid", "--schemas-only copies no rows, --include-schemas does.", {
      hint: "Leave one of the two out.",
    });
  const made = options.includeSchemas === true ? "include" : "none";
  return {
    ...moveChoices(options),
    source,
    target,
    strategy: options.strategy,
    base: options.base ?? null,
    tables: options.schema ?? [],
    filter: await readFilter(options.filter, workingFolder),
    dataset: options.dataset ?? null,
    mask: options.mask ?? null,
    ignoreFields: options.ignoreFields ?? [],
    tableMap: mapOf(options.mapTable),
    columnMap: mapOf(options.mapColumn),
    keys: keyColumns(options.key ?? []),
    definitions: options.schemasOnly === true ? "only" : made,
    incremental: options.incremental === true,
    incrementalColumn: options.incrementalColumn ?? null,
    edited: options.edited === true,
    emptySource: options.emptySource === true,
    parallel: options.parallel,
    singleTransaction: options.singleTransaction === true,
  };
}

function mapOf(assignments: readonly Assignment[] = []): ReadonlyMap<string, string> {
  return new Map(assignments.map(({ name, value }) => [name, value]));
}
