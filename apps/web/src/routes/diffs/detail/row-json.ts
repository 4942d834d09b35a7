import type { ChangeRow } from "../change-row.ts";

/** A changed row as JSON to paste: texts as PostgreSQL writes them, NULL as null. */
export function rowJson({ table, kind, key, before, after, count }: ChangeRow): string {
  return JSON.stringify(
    {
      table,
      kind,
      key,
      ...(before === null ? {} : { old: before }),
      ...(after === null ? {} : { new: after }),
      ...(count === 1 ? {} : { count }),
    },
    null,
    2,
  );
}
