import type { RunState } from "@syncline/api";

/** How jobs are looked for: by what became of their last run, or whether their schedule is on. */
export const JOB_STATES = ["failed", "conflicted", "partial", "running", "succeeded", "off"] as const;
export type JobState = (typeof JOB_STATES)[number];

interface StateFilter {
  readonly label: string;
  /** Parameters of `GET /jobs`. */
  readonly query: { readonly lastState?: RunState[]; readonly enabled?: "false" };
}

export const STATE_FILTERS: Readonly<Record<JobState, StateFilter>> = {
  failed: { label: "Last run failed", query: { lastState: ["failed", "dead"] } },
  conflicted: { label: "Last run met conflicts", query: { lastState: ["conflicted"] } },
  partial: { label: "Last run done in part", query: { lastState: ["partial"] } },
  running: {
    label: "Running now",
    query: { lastState: ["queued", "running", "waiting", "pausing", "paused", "cancelling"] },
  },
  succeeded: { label: "Last run succeeded", query: { lastState: ["succeeded"] } },
  off: { label: "Switched off", query: { enabled: "false" } },
};
