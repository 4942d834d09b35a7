import { counted } from "../../../components/number-text.ts";
import type { ChangeFilter } from "../change-filter.ts";
import type { PatchTable } from "../explorer-props.ts";

interface NoRowsText {
  readonly title: string;
  /** What to do next. */
  readonly advice: string;
}

/** Why a filter chooses nothing, as far as that is known. */
export function noRowsText(filter: ChangeFilter, tables: readonly PatchTable[]): NoRowsText {
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
    const rows = table.unchanged === null ? "all rows" : counted(table.unchanged, "row");
    return { title: `${name} is equal on both sides`, advice: `${rows}, without a difference.` };
  }
  const { table: _, kinds, ...rest } = filter;
  if (kinds !== undefined && Object.keys(rest).length === 0)
    return { title: "There is no change of this kind", advice: "There are changes of other kinds." };
  return { title: "No change is like that", advice: "Take a condition away, or look into another table." };
}
