import { CodedError } from "@syncline/core";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Transaction } from "../database/open-database.ts";
import { roleBindings, users } from "../schema/index.ts";

/** Whether anybody of an organization may do everything. */
export async function hasActiveAdmin(tx: Transaction, organizationId: string): Promise<boolean> {
  const [row] = await tx
    .select({ one: sql`1` })
    .from(roleBindings)
    .innerJoin(users, eq(users.id, roleBindings.userId))
    .where(
      and(
        eq(users.organizationId, organizationId),
        isNull(users.deactivatedAt),
        eq(roleBindings.role, "admin"),
        isNull(roleBindings.projectId),
        isNull(roleBindings.environmentId),
      ),
    )
    .limit(1);
  return row !== undefined;
}

/** After a change, with the organization locked since before it. @throws CodedError `auth.denied` */
export async function assertAnAdminStays(tx: Transaction, organizationId: string): Promise<void> {
  if (await hasActiveAdmin(tx, organizationId)) return;
  throw new CodedError("auth.denied", "This is the organization's last active administrator.", {
    hint: "Make somebody else an administrator of the organization first.",
  });
}
