import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { databasesQuery } from "../../api/places.ts";
import { settingsQuery } from "../settings/settings-query.ts";
import { knownEnvironments } from "./known-environments.ts";

export const environmentsQuery = queryOptions({
  queryKey: ["environments"],
  queryFn: ({ signal }) => api.environments.listEnvironments({ query: { limit: 500 }, signal }),
});

/** All three sources at once. */
export function useEnvironments() {
  const stored = useQuery(environmentsQuery);
  const config = useQuery(settingsQuery);
  const databases = useQuery(databasesQuery);
  const all = [stored, config, databases];
  const ready = stored.data !== undefined && config.data !== undefined && databases.data !== undefined;
  return {
    data: ready
      ? knownEnvironments({
          stored: stored.data.items,
          config: config.data.environments,
          databases: databases.data.items,
        })
      : undefined,
    error: all.find(({ error }) => error !== null)?.error ?? null,
    refetch: () => void Promise.all(all.map(({ refetch }) => refetch())),
  };
}
