import type { DiffResult, DiffTable } from "@syncline/engine";
import { formatColumns } from "../../render/text-table.ts";
import type { Paint } from "../../terminal/palette.ts";
import { formatCount } from "../../terminal/progress-text.ts";

/** How each table was compared, why, and what each step took. */
export function formatExplain(tables: readonly DiffTable[], result: DiffResult, paint: Paint): string {
  return result.tables
    .map(({ explain }, index) => formatTable(tables[index]?.patchTable.name ?? "?", explain, paint))
    .join("\n");
}

function formatTable(name: string, explain: DiffResult["tables"][number]["explain"], paint: Paint): string {
  const head = `${paint("bold", name)}: ${explain.path} (${explain.reason})`;
  const rows = explain.steps.map(({ step, milliseconds, rows, note }) => [
    `  ${step}`,
    `${formatCount(Math.round(milliseconds))} ms`,
    rows === null ? "" : `${formatCount(rows)} rows`,
    note,
  ]);
  return [head, ...formatColumns(rows, ["left", "right", "right", "left"])].join("\n");
}
