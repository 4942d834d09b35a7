import type { AnswerOf, settings } from "@syncline/api";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";

export type SettingsAnswer = AnswerOf<typeof settings.getSettings>;

/** What the operator has set. */
export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => api.settings.getSettings({ signal }),
  staleTime: 30_000,
});

export const useSettings = () => useQuery(settingsQuery);
