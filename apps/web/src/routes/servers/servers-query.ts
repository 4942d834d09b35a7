import type { AnswerOf, databases } from "@syncline/api";
import { formatEndpointLocator } from "@syncline/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { databasesQuery } from "../../api/places.ts";

/** A server as jobs name it, of the config or added here. */
export type Database = AnswerOf<typeof databases.listDatabases>["items"][number];
/** What is kept of a server that was added here. */
export type StoredServer = AnswerOf<typeof databases.getServer>;
export type ServerTest = AnswerOf<typeof databases.testDatabase>;
export type ListedTable = AnswerOf<typeof databases.listTables>["items"][number];

const MOST = 500;

export const storedServersQuery = queryOptions({
  queryKey: ["servers", "stored"],
  queryFn: ({ signal }) => api.databases.listServers({ query: { limit: MOST }, signal }),
});

export const useDatabases = () => useQuery(databasesQuery);

export const useStoredServers = (enabled = true) => useQuery({ ...storedServersQuery, enabled });

/** Connects to the server. */
export const tenantsQuery = (server: string) =>
  queryOptions({
    queryKey: ["databases", "tenants", server],
    queryFn: async ({ signal }) => {
      const { items } = await api.databases.listDatabases({ query: { tenants: "true", server }, signal });
      return items[0] ?? null;
    },
    staleTime: 60_000,
  });

export interface TenantPlace {
  readonly server: string;
  readonly tenant: string;
}

/** `server:tenant:*`, quoted where it has to be. */
export function wholeTenant({ server, tenant }: TenantPlace): string {
  return formatEndpointLocator({ kind: "tenant", server, tenant, tables: { kind: "all" } });
}

/** Connects to the server and reads its catalog. */
export const tablesQuery = (place: TenantPlace) =>
  queryOptions({
    queryKey: ["databases", "tables", place.server, place.tenant],
    queryFn: ({ signal }) => api.databases.listTables({ query: { locator: wholeTenant(place) }, signal }),
    staleTime: 60_000,
  });
