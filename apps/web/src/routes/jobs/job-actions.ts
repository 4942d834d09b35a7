import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { usePlaceFacts } from "../../api/places.ts";
import { placesOf } from "./job-places.ts";
import type { Job } from "./job-queries.ts";

/** Why a job cannot be changed here; null: it can. */
export function fixedBecause({ origin }: Pick<Job, "origin">): string | null {
  return origin === "config"
    ? "This job follows the configuration file of the server: change it there, then reload."
    : null;
}

/** Why the person may not do it to this job; null: they may. The server decides; this is for not offering it. */
export function useRefusalFor(job: Job, scope: "jobs:write" | "jobs:run"): string | null {
  const me = useMe();
  const factsOf = usePlaceFacts();
  const places = placesOf(job.definition);
  const allowed =
    me.can(scope) ||
    (places.length > 0 && places.every((place) => me.can(scope, factsOf(place)?.environment ?? null)));
  return allowed ? null : "Your role does not allow it at the places of this job.";
}

export function useRunJob() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id, allowDeletes = false }: { readonly id: string; readonly allowDeletes?: boolean }) =>
      api.jobs.runJob({
        params: { id },
        ...(allowDeletes ? { query: { allowDeletes: "true" as const } } : {}),
      }),
    onSuccess: () => {
      for (const key of ["jobs", "runs", "timeline"]) void queryClient.invalidateQueries({ queryKey: [key] });
    },
  });
}

/** Switches the schedule of a job; made from the version that is shown. */
export function useSwitchJob() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({
      job: { id, version, definition },
      enabled,
    }: {
      readonly job: Job;
      readonly enabled: boolean;
    }) => api.jobs.updateJob({ params: { id }, body: { version, definition: { ...definition, enabled } } }),
    onSettled: () => {
      for (const key of ["jobs", "timeline"]) void queryClient.invalidateQueries({ queryKey: [key] });
    },
  });
}
