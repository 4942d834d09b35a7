import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import type { Job } from "./job-queries.ts";

/** Why a job cannot be changed here; null: it can. */
export function fixedBecause({ origin }: Pick<Job, "origin">): string | null {
  return origin === "config"
    ? "This job follows the configuration file of the server: change it there, then reload."
    : null;
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
