import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "./client.ts";

/** Servers of the configuration and those added here, without their tenants. */
export const databasesQuery = queryOptions({
  queryKey: ["databases"],
  queryFn: ({ signal }) => api.databases.listDatabases({ signal }),
  staleTime: 30_000,
});

const SERVER = /^(?:"((?:[^"]|"")*)"|([^":/.~][^":/]*))(?::|$)/;

/** Name of the server in a locator `server:tenant:tables`; null for directories, URLs and locators without a server. */
export function serverOfLocator(locator: string): string | null {
  if (locator.includes("://") || /^[./~]/.test(locator)) return null;
  const parts = locator.split(":");
  if (parts.length === 2) return null;
  const [, quoted, plain] = SERVER.exec(locator) ?? [];
  return quoted?.replaceAll('""', '"') ?? plain ?? null;
}

export interface PlaceFacts {
  readonly server: string;
  readonly environment: string | null;
  readonly protection: string | null;
}

/** What is known of the server of a locator, or of a server's name; null when it is not known. */
export function usePlaceFacts(): (place: string) => PlaceFacts | null {
  const { data } = useQuery(databasesQuery);
  return (place) => {
    const server = serverOfLocator(place);
    const found = data?.items.find((each) => each.server === server);
    if (found === undefined) return null;
    return { server: found.server, environment: found.environment, protection: found.protection };
  };
}
