import { type MergeConflict, visibleText } from "@syncline/core";
import type { Paint } from "../../terminal/palette.ts";

export const MERGE_MEANINGS: Readonly<Record<MergeConflict["kind"], string>> = {
  "update-update": "changed on both sides",
  "update-delete": "deleted in the target, changed in the source",
  "delete-update": "changed in the target, deleted in the source",
  "insert-insert": "added on both sides with other values",
  "unique-violation": "has a unique value that another row has",
  "outside-scope": "lies outside the scope of this run in the target",
  "missing-reference": "refers to a row that is not there, or is referred to",
  "timestamp-tie": "differs, and the timestamps do not say which side is newer",
};

/** `  users id=7: changed on both sides (status)`. */
export function formatMergeConflict({ table, key, kind, columns }: MergeConflict, paint: Paint): string {
  const named = [...key].map(
    ([column, value]) => `${visibleText(column)}=${value === null ? "NULL" : visibleText(value)}`,
  );
  const where = named.length === 0 ? "rows without a key" : named.join(", ");
  const which = columns.length === 0 ? "" : paint("dim", ` (${columns.map(visibleText).join(", ")})`);
  return `  ${paint("cyan", visibleText(table))} ${where}: ${MERGE_MEANINGS[kind]}${which}`;
}

export function mergeConflictDocument({
  table,
  key,
  kind,
  columns,
  base,
  ours,
  theirs,
  counts,
}: MergeConflict) {
  const row = (image: typeof ours) => (image === null ? null : Object.fromEntries(image));
  return {
    kind,
    table,
    key: Object.fromEntries(key),
    columns,
    base: row(base),
    ours: row(ours),
    theirs: row(theirs),
    ...(counts === undefined ? {} : { counts }),
  };
}
