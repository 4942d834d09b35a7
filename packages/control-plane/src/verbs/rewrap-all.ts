import { sql } from "drizzle-orm";
import type { Call, ControlPlane } from "../control-plane.ts";
import { SERVICE, transact } from "../database/transact.ts";
import { SEALED_COLUMNS, type SealedColumn } from "../sealing/sealed-columns.ts";
import { sealedValue } from "../sealing/sealed-value.ts";
import { recordAccess } from "./record-access.ts";

export interface Rewrapped {
  /** Wrapped under the current master key by this call. */
  readonly rewrapped: number;
  /** Sealed under a key that is not known here, or damaged: left as they are. */
  readonly failed: number;
}

const ROWS_A_TIME = 100;

/**
 * Wraps every sealed secret under the current master key, some rows at a time while everything goes on; after which, when
 * nobody seals under another one any more, the previous ones are needed no longer (`countSealed`). Safe to repeat and to
 * break off. Open the control plane with the new key and `previousMasterKeys` first.
 */
export async function rewrapAll(cp: ControlPlane, call: Call | null = null): Promise<Rewrapped> {
  let rewrapped = 0;
  let failed = 0;
  for (const column of SEALED_COLUMNS) {
    const unreadable: string[] = [];
    for (let met = ROWS_A_TIME; met === ROWS_A_TIME; ) {
      const part = await rewrapSome(cp, column, unreadable);
      met = part.met;
      rewrapped += part.rewrapped;
    }
    failed += unreadable.length;
  }
  if (call !== null)
    await recordAccess(cp, call, {
      action: "secrets.rewrap",
      subjectKind: "master_key",
      subjectId: cp.sealer.currentId,
      detail: { rewrapped, failed },
    });
  return { rewrapped, failed };
}

/** `unreadable`: names of rows that are left out from now on; those that are met are added. */
async function rewrapSome(
  { sealer, ...rest }: ControlPlane,
  column: SealedColumn,
  unreadable: string[],
): Promise<{ readonly met: number; readonly rewrapped: number }> {
  const cp = { sealer, ...rest };
  const { table, key, mayBePlain, json } = column;
  const name = sql`syncline_control.${sql.identifier(table)}`;
  const value = sealedValue(column);
  const rowName = sql`concat_ws(' ', ${sql.join(
    key.map((each) => sql`${sql.identifier(each)}::text`),
    sql`, `,
  )})`;
  const known = sql.join([sql`''`, ...unreadable.map((each) => sql`${each}`)], sql`, `);
  const failed: string[] = [];
  const part = await transact(cp, SERVICE, async ({ tx }) => {
    failed.length = 0;
    const rows = await tx.execute<Record<string, string>>(sql`
      SELECT ${rowName} AS row_name, ${value} AS sealed_value, ${sql.join(
        key.map((each) => sql`${sql.identifier(each)}::text`),
        sql`, `,
      )} FROM ${name}
      WHERE ${value} IS NOT NULL AND NOT starts_with(${value}, ${sealer.currentPrefix})
        AND ${rowName} NOT IN (${known})
      LIMIT ${ROWS_A_TIME} FOR UPDATE`);
    let rewrapped = 0;
    for (const row of rows) {
      const { sealed_value: sealed = "", row_name: named = "" } = row;
      const next = attempt(() => {
        const binding = column.binding(row);
        return mayBePlain === true && /^https?:/i.test(sealed)
          ? sealer.seal(sealed, binding)
          : sealer.rewrap(sealed, binding);
      });
      if (next === null) {
        failed.push(named);
        continue;
      }
      const stored = json === true ? sql`to_jsonb(${next}::text)` : sql`${next}`;
      await tx.execute(
        sql`UPDATE ${name} SET ${sql.identifier(column.column)} = ${stored} WHERE ${rowName} = ${named}`,
      );
      rewrapped += 1;
    }
    return { met: rows.length, rewrapped };
  });
  unreadable.push(...failed);
  return part;
}

function attempt(work: () => string): string | null {
  try {
    return work();
  } catch {
    return null;
  }
}
