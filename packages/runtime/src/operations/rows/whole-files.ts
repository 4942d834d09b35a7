import { CodedError, type MoveStrategy } from "@syncline/core";
import type { openRowDirectory } from "../../endpoint-registry.ts";
import type { OperationSetting } from "../contract.ts";

type RowDirectory = Awaited<ReturnType<typeof openRowDirectory>>;
type Shortened = Awaited<ReturnType<RowDirectory["shortenedFiles"]>>[number];

export interface WholeFilesWish {
  /** Whether rows that the files lack could be deleted elsewhere. */
  readonly mayDelete: boolean;
  /** `--edited`: whoever asks says that rows were removed on purpose. */
  readonly edited: boolean;
}

/** Whether a move by this strategy can delete rows that its source lacks. */
export function mayDeleteRows(strategy: MoveStrategy, hasBase: boolean): boolean {
  return strategy === "replace" || strategy === "three-way" || (strategy === "interactive" && hasBase);
}

/**
 * A file that was cut at the end of a row looks like one from which somebody removed rows. Where those rows would be
 * deleted elsewhere, somebody has to say so; else it is told.
 * @throws CodedError `file.damaged`
 */
export async function assertWholeFiles(
  { context }: Pick<OperationSetting, "context">,
  files: RowDirectory,
  { mayDelete, edited }: WholeFilesWish,
): Promise<void> {
  if (edited) return;
  for (const shortened of await files.shortenedFiles(context.signal)) {
    if (mayDelete) throw damagedFile(shortened);
    context.warn(`${what(shortened)}.`);
  }
}

function damagedFile(shortened: Shortened): CodedError {
  return new CodedError("file.damaged", `${what(shortened)}; it may have been cut short.`, {
    hint: "Add --edited when rows were removed on purpose; else pull the directory again.",
    details: { file: shortened.file },
  });
}

function what({ file, rows, written }: Shortened): string {
  const count = `${formatCount(rows)} ${rows === 1 ? "row" : "rows"}`;
  return `"${file}" holds ${count}, ${formatCount(written - rows)} fewer than were pulled`;
}

function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
