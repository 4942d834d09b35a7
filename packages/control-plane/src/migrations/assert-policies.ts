import { CodedError } from "@syncline/core";
import type { Sql } from "postgres";

/**
 * Policies and grants name roles of the server. A dump that is restored where these do not exist loses them, and what
 * is left lets nobody see anything.
 * @throws CodedError `control.damaged`
 */
export async function assertPolicies(sql: Sql): Promise<void> {
  const [lost] = await sql<{ name: string }[]>`
    SELECT relname AS name FROM pg_class tables
    WHERE relnamespace = 'syncline_control'::regnamespace AND relkind IN ('r', 'p') AND relrowsecurity
      AND ((SELECT count(*) FROM pg_policy WHERE polrelid = tables.oid AND polname IN ('tenant', 'service')) < 2
        OR NOT has_table_privilege('syncline_service', tables.oid, 'SELECT')
        OR NOT has_table_privilege('syncline_tenant', tables.oid, 'SELECT'))
    ORDER BY relname LIMIT 1`;
  if (lost !== undefined)
    throw new CodedError(
      "control.damaged",
      `Table "${lost.name}" of the control database has lost its policies or grants.`,
      {
        hint: 'A dump loses them where the roles "syncline_tenant" and "syncline_service" do not exist: make these, then restore it again.',
      },
    );
}
