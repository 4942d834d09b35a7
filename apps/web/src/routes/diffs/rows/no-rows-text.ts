import type { ChangeFilter } from "../change-filter.ts";
import type { PatchTables } from "../explorer-props.ts";
import { sameText } from "../verdict/verdict.ts";

interface NoRowsText {
  readonly title: string;
  /** What to do next. */
  readonly advice: string;
}

/** Why a filter chooses nothing, as far as that is known. */
export function noRowsText(
  filter: ChangeFilter,
  { tables, complete }: Pick<PatchTables, "tables" | "complete">,
): NoRowsText {
  const table = tables.find(({ name }) => name === filter.table);
  const name = filter.table ?? "";
  if (filter.table !== undefined && table === undefined)
    return { title: `No table is called ${name}`, advice: "Choose one of the tables beside." };
  if (table?.state === "failed")
    return {
      title: `${name} could not be compared`,
      advice: table.error?.message ?? "Its run says why; nothing is known of its rows.",
    };
  if (table?.state === "same") {
    const title = complete ? `${name} is equal on both sides` : `No difference was found in ${name}`;
    return { title, advice: `${capitalised(sameText(table, complete))}.` };
  }
  const { table: _, kinds, ...rest } = filter;
  if (kinds !== undefined && Object.keys(rest).length === 0)
    return { title: "There is no change of this kind", advice: "There are changes of other kinds." };
  return { title: "No change is like that", advice: "Take a condition away, or look into another table." };
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
