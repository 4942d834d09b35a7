import { type AnyColumn, type SQL, sql } from "drizzle-orm";

/** Rows after a position, newest first. */
export function olderThan(
  columns: { readonly createdAt: AnyColumn; readonly id: AnyColumn },
  position: { readonly createdAt: Date; readonly id: string } | null,
): SQL | undefined {
  if (position === null) return undefined;
  return sql`(${columns.createdAt}, ${columns.id}) < (${position.createdAt.toISOString()}::timestamptz, ${position.id}::uuid)`;
}
