import type { AnswerOf, conflicts } from "@syncline/api";
import type { Client } from "@syncline/api/client";
import { visibleText } from "@syncline/core";
import type { ExitReason } from "../../exit-codes.ts";
import { formatColumns } from "../../render/text-table.ts";
import type { Session } from "../../session.ts";
import type { ConflictListOptions } from "../conflicts.ts";
import { serverClient } from "../server-client.ts";
import { filterOf } from "./conflict-filter.ts";

type Listed = AnswerOf<typeof conflicts.listConflicts>["items"][number];

const HEADER = ["table", "row", "kind", "columns", "decision", "id"];
const PAGE = 500;

export async function runConflictList(session: Session, options: ConflictListOptions): Promise<ExitReason> {
  const client = await serverClient(session, options);
  const found: Listed[] = [];
  for await (const page of pagesOf(client, await filterOf(client, options))) found.push(...page);
  if (options.json === true) {
    await session.output.json({ conflicts: found });
    return "ok";
  }
  const rows = found.map(({ id, table, key, kind, columns, resolution }) => [
    visibleText(table),
    rowText(key),
    kind,
    visibleText(columns.join(", ")),
    resolution === null ? "" : `${resolution.choice} by ${resolution.resolvedBy}`,
    id,
  ]);
  const left = HEADER.map(() => "left" as const);
  if (rows.length > 0)
    for (const line of formatColumns([HEADER, ...rows], left)) await session.output.line(line);
  return "ok";
}

/** `id 42, tenant 3`. */
export function rowText(key: Readonly<Record<string, string | null>>): string {
  const parts = Object.entries(key).map(([column, value]) => `${column} ${value ?? "NULL"}`);
  return parts.length === 0 ? "row without a key" : visibleText(parts.join(", "));
}

async function* pagesOf(
  client: Client,
  filter: Awaited<ReturnType<typeof filterOf>>,
): AsyncGenerator<readonly Listed[]> {
  for (let after: string | null = null; ; ) {
    const position: { after?: string } = after === null ? {} : { after };
    const page: AnswerOf<typeof conflicts.listConflicts> = await client.conflicts.listConflicts({
      query: { ...filter, ...position, order: "place", limit: PAGE },
    });
    yield page.items;
    if (page.next === null) return;
    after = page.next;
  }
}
