import { isFinalState, type RunAnswer } from "@syncline/api";
import { counted, countText } from "../../components/number-text.ts";

/** How a comparison came out. `gone`: it ended without a result. */
export type ComparisonOutcome = "running" | "equal" | "different" | "failed" | "gone";

export function outcomeOf({
  state,
  summary,
  error,
}: Pick<RunAnswer, "state" | "summary" | "error">): ComparisonOutcome {
  if (!isFinalState(state)) return "running";
  if (summary === null) return error === null ? "gone" : "failed";
  const { inserted, updated, deleted } = summary.counts;
  if (inserted + updated + deleted > 0) return "different";
  return failedTables(summary) > 0 || summary.outcome === "partial" ? "failed" : "equal";
}

type Summary = NonNullable<RunAnswer["summary"]>;

function failedTables({ tables }: Summary): number {
  return tables.filter(({ error }) => error !== null && error !== undefined).length;
}

/** "3 of 11 tables differ, 1 could not be compared", "304,000 rows in 11 tables, all alike". */
export function comparisonText(summary: Summary): string {
  const { tables, counts } = summary;
  const failed = failedTables(summary);
  const different = tables.filter(
    ({ inserted = 0, updated = 0, deleted = 0 }) => inserted + updated + deleted > 0,
  ).length;
  const all = counted(tables.length, "table");
  const notCompared = failed === 0 ? "" : `, ${countText(failed)} could not be compared`;
  if (different === 0 && failed === 0)
    return summary.outcome === "partial"
      ? `No difference found in ${all}; incomplete`
      : `${counted(counts.unchanged, "row")} in ${all}, all alike`;
  if (different === 0)
    return failed === tables.length ? `${all} could not be compared` : `No difference found${notCompared}`;
  const verb = different === 1 ? "differs" : "differ";
  const part =
    tables.length === 1 ? `${tables[0]?.name} differs` : `${countText(different)} of ${all} ${verb}`;
  return `${part}${notCompared}${failed === 0 && summary.outcome === "partial" ? "; incomplete" : ""}`;
}
