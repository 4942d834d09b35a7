import type { AnswerOf, databases } from "@syncline/api";
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client.ts";

export type PlaceTables = AnswerOf<typeof databases.listTables>;
export type PlaceTable = PlaceTables["items"][number];

const FRESH_MS = 60_000;

/** A server with its tenants: the server is asked, so it may take a while. */
export function tenantsQuery(server: string) {
  return queryOptions({
    queryKey: ["databases", "tenants", server],
    queryFn: async ({ signal }) => {
      const { items } = await api.databases.listDatabases({ query: { tenants: "true", server }, signal });
      return items[0] ?? null;
    },
    staleTime: FRESH_MS,
  });
}

/** Tables of a place with their columns and keys; of `server:tenant:*` all of them. */
export function tablesQuery(locator: string) {
  return queryOptions({
    queryKey: ["databases", "tables", locator],
    queryFn: ({ signal }) => api.databases.listTables({ query: { locator }, signal }),
    staleTime: FRESH_MS,
  });
}
