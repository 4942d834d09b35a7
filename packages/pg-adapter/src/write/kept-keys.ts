import { CodedError } from "@syncline/core";
import type { Client } from "pg";
import { STAGED, type StagedTable, stagedValue } from "./staged-table.ts";
import { isOp } from "./write-statements.ts";

/**
 * An update may write other bytes of an equal key (`1.0` and `1.00`), never another key: then neither a second
 * application nor an undo would find the row again. The format writes that as a delete and an insert.
 */
export async function assertKeysKept(client: Client, table: StagedTable): Promise<void> {
  const changed = table.groups.flatMap((_, group) =>
    table.key.flatMap(({ carried, staged, operator }) =>
      carried === null || !table.groupColumns(group).includes(carried)
        ? []
        : [
            `(s.grp OPERATOR(pg_catalog.=) ${group} AND (${stagedValue(carried, "new")} OPERATOR(${operator}) s.${staged}) IS NOT TRUE)`,
          ],
    ),
  );
  if (changed.length === 0) return;
  const { rows } = await client.query<{ found: string }>(
    `SELECT EXISTS (SELECT FROM ${table.stage} s WHERE ${isOp(STAGED.update)} AND (${changed.join(" OR ")})) AS found`,
  );
  if (rows[0]?.found !== "t") return;
  throw new CodedError(
    "file.damaged",
    `The patch is damaged at table "${table.name}": an update changes the key of its row.`,
    {
      hint: "Write it as a delete and an insert, or make the patch again.",
      details: { table: table.name },
    },
  );
}
