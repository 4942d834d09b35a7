import type { RunAnswer } from "@syncline/api";
import { commandOf } from "../../components/shell-quote.ts";
import type { ChangeFilter } from "./change-filter.ts";
import { comparisonCommand } from "./comparison-command.ts";
import type { PatchAnswer } from "./explorer-props.ts";

interface CommandWanted {
  readonly patch: Pick<PatchAnswer, "id" | "source" | "target" | "origin">;
  /** Of the run that compared, as far as it is known. */
  readonly definition: RunAnswer["definition"] | undefined;
  readonly filter: ChangeFilter;
}

/** The comparison again, of the table that is looked at; of other patches what shows their file. */
export function patchCommand({ patch, definition, filter }: CommandWanted): string {
  const { id, origin, source, target } = patch;
  if (origin !== "diff")
    return commandOf(["syncline", "patch", "show", `${id}.patch`, ...selectOption(filter)]);
  const { table } = filter;
  const only = table === undefined ? {} : { schema: [table] };
  const compared =
    definition?.kind === "diff" || definition?.kind === "watch"
      ? comparisonCommand({ ...definition, ...only })
      : null;
  const words = ["syncline", "diff", source, target, ...(table === undefined ? [] : ["--schema", table])];
  return `${compared ?? commandOf(words)} --format detailed`;
}

/** `--select table=…,kind=…`, for names that need no quotes there. */
function selectOption({ table, kinds, key }: ChangeFilter): readonly string[] {
  const parts = [
    ...(table === undefined ? [] : [`table=${table}`]),
    ...(kinds?.length === 1 ? [`kind=${kinds[0]}`] : []),
    ...(key === undefined ? [] : [`key=${key}`]),
  ];
  return parts.length === 0 || parts.some((part) => part.includes(",")) ? [] : ["--select", parts.join(",")];
}
