import { eq } from "drizzle-orm";
import type { Transaction } from "../database/open-database.ts";
import { found } from "../ids.ts";
import { organizations } from "../schema/index.ts";

/** One change of people at a time: what is counted in it stays true until its end. */
export async function lockOrganization(tx: Transaction, organizationId: string): Promise<void> {
  const [row] = await tx
    .select({ id: organizations.id })
    .from(organizations)
    .where(eq(organizations.id, organizationId))
    .for("no key update");
  found(row, "organization", organizationId);
}
