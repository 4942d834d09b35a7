import { CodedError } from "@syncline/core";
import type { SideName } from "./side-run.ts";

/** Deletes at which a cycle stops before it writes: a side that was emptied by mistake must not empty the other one. */
export interface DeleteLimit {
  /** Of the rows on which both sides agreed last, in a table and in all together; 100 for any share. */
  readonly percent: number;
  /** Of one side, in all tables together; null for any number. */
  readonly rows: number | null;
}

/** Deletes of a side up to this number are no share of anything: small tables are emptied every day. */
export const FEW_DELETES = 10;

/** What a cycle is about to delete in a side. */
export interface PlannedDeletes {
  readonly table: string;
  /** Rows on which both sides agreed last. */
  readonly agreed: number;
  readonly deletes: number;
  /** Rows that the other side has now. */
  readonly others: number;
}

/** @throws CodedError `deletes.exceeded` */
export function assertDeletes(limit: DeleteLimit, side: SideName, tables: readonly PlannedDeletes[]): void {
  const all = {
    deletes: sum(tables, "deletes"),
    agreed: sum(tables, "agreed"),
    others: sum(tables, "others"),
  };
  const over = tables.find((table) => isOver(limit, table)) ?? (isOver(limit, all) ? all : undefined);
  if (over !== undefined) throw exceeded(limit, side, over);
  if (limit.rows !== null && all.deletes > limit.rows) throw exceeded(limit, side, all);
}

type Share = Pick<PlannedDeletes, "deletes" | "agreed" | "others"> & { readonly table?: string };

function sum(tables: readonly PlannedDeletes[], count: "agreed" | "deletes" | "others"): number {
  return tables.reduce((total, table) => total + table[count], 0);
}

function isOver({ percent }: DeleteLimit, { deletes, agreed }: Share): boolean {
  return percent < 100 && deletes > FEW_DELETES && deletes * 100 > percent * agreed;
}

function exceeded({ percent, rows }: DeleteLimit, side: SideName, over: Share): CodedError {
  const other = side === "source" ? "target" : "source";
  const where = over.table === undefined ? "all tables" : `table "${over.table}"`;
  const limits = [`${percent} %`, ...(rows === null ? [] : [`${rows} rows`])].join(" and ");
  return new CodedError(
    "deletes.exceeded",
    `The cycle would delete ${over.deletes} of ${over.agreed} rows of ${where} in the ${side}, because the ${other}, which has ${over.others} rows there now, no longer has them; the limit is ${limits}. Nothing was written.`,
    {
      hint: `Look at the ${other} first: is it the right database, was it emptied or restored? When the rows shall go, run the job once with deletes allowed; when they shall come back, reset the pair.`,
      details: {
        side,
        table: over.table ?? null,
        deletes: over.deletes,
        agreed: over.agreed,
        others: over.others,
      },
    },
  );
}
