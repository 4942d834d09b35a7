import type { ServerRecord } from "../records.ts";
import type * as schema from "../schema/index.ts";
import type { SealBinding } from "../sealing/sealer.ts";

type ServerRow = typeof schema.servers.$inferSelect;

export const urlBinding = ({
  id,
  organizationId,
}: Pick<ServerRow, "id" | "organizationId">): SealBinding => ({
  purpose: "server.url",
  organizationId,
  rowId: id,
});

export const withoutUrl = ({ sealedUrl: _, ...record }: ServerRow): ServerRecord => record;

/** Host and database of a connection URL, without user, password and parameters. */
export function shownAddress(url: string): string {
  if (!URL.canParse(url)) return "(unreadable)";
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}${port === "" ? "" : `:${port}`}${pathname}`;
}
