import { CodedError } from "@syncline/core";
import type { Client } from "pg";
import { quoteIdentifier } from "../sql/quote.ts";
import type { ApplySession } from "./apply-session.ts";
import { sqlStateOf } from "./write-errors.ts";

/** A trigger of users that an origin session fires, on a table of the patch or a partition of one. */
export interface UserTrigger {
  readonly name: string;
  /** Table of the patch. */
  readonly rootOid: number;
  readonly relation: string;
  readonly relationName: string;
  readonly always: boolean;
}

const QUERY = `SELECT tg.tgname AS name, root.oid::pg_catalog.text AS root_oid, tg.tgenabled AS enabled, c.relname AS relation_name,
  pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS relation
FROM (SELECT pg_catalog.unnest($1::pg_catalog.oid[]) AS oid) root
CROSS JOIN LATERAL (SELECT root.oid AS relid UNION SELECT pt.relid FROM pg_catalog.pg_partition_tree(root.oid) pt) tree
JOIN pg_catalog.pg_trigger tg ON tg.tgrelid = tree.relid
JOIN pg_catalog.pg_class c ON c.oid = tree.relid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT tg.tgisinternal AND tg.tgenabled IN ('O', 'A') ORDER BY 2, 5, 1`;

export async function readUserTriggers(client: Client, tableOids: readonly number[]): Promise<UserTrigger[]> {
  const { rows } = await client.query<Record<string, string>>(QUERY, [`{${tableOids.join(",")}}`]);
  return rows.map((row) => ({
    name: row["name"] ?? "",
    rootOid: Number(row["root_oid"]),
    relation: row["relation"] ?? "",
    relationName: row["relation_name"] ?? "",
    always: row["enabled"] === "A",
  }));
}

/** In this transaction only: other sessions wait for the table's lock meanwhile. `why` explains a refusal. */
export async function disableTriggers(
  session: ApplySession,
  triggers: readonly UserTrigger[],
  why: string,
): Promise<void> {
  for (const trigger of triggers) {
    try {
      await session.client.query(
        `ALTER TABLE ONLY ${trigger.relation} DISABLE TRIGGER ${quoteIdentifier(trigger.name)}`,
      );
    } catch (error) {
      if (sqlStateOf(error) !== "42501") throw error;
      throw notOwner(trigger, why, error);
    }
  }
}

export async function enableTriggers(session: ApplySession, triggers: readonly UserTrigger[]): Promise<void> {
  for (const trigger of triggers) {
    const how = trigger.always ? "ENABLE ALWAYS" : "ENABLE";
    await session.client.query(
      `ALTER TABLE ONLY ${trigger.relation} ${how} TRIGGER ${quoteIdentifier(trigger.name)}`,
    );
  }
}

function notOwner(trigger: UserTrigger, why: string, cause: unknown): CodedError {
  return new CodedError(
    "trigger.rewrites",
    `${why}, and only the owner of table "${trigger.relationName}" may disable trigger "${trigger.name}".`,
    {
      hint: "Apply as the table's owner, or leave the columns out with --ignore-fields when comparing.",
      details: { table: trigger.relationName, trigger: trigger.name },
      cause,
    },
  );
}

/** One line for people: which triggers did not run. */
export function describeDisabled(triggers: readonly UserTrigger[]): string[] {
  const byTable = Map.groupBy(triggers, (trigger) => trigger.relationName);
  return [...byTable].map(
    ([table, all]) =>
      `Triggers of "${table}" were disabled while writing: ${all.map((trigger) => `"${trigger.name}"`).join(", ")}.`,
  );
}
