import { setTimeout as sleep } from "node:timers/promises";
import { isFinalState } from "@syncline/api";
import {
  type Call,
  type ControlPlane,
  getRun,
  type Job,
  listJobs,
  listRuns,
  listSchedules,
  notifyChannel,
} from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { openState } from "./open-state.ts";
import type { DeskInput, JobStatus, ServiceDesk } from "./service-contract.ts";
import { egressOf } from "./work/egress-of.ts";
import { ProjectWorkspaces } from "./work/project-workspaces.ts";
import { startRun } from "./work/start-run.ts";
import { storedServers } from "./work/stored-servers.ts";

/** Tells every process of a control database to read its config again. */
export const RELOAD_CHANNEL = "syncline_reload";
const LOOK_MS = 500;

/** @throws CodedError `control.unavailable` when no server runs on the state folder */
export async function openDesk(input: DeskInput): Promise<ServiceDesk> {
  const { controlPlane, close } = await openState(input.settings, {
    applicationName: "syncline desk",
    embedded: "running",
    logger: input.logger,
  });
  const call: Call = { scope: controlPlane.defaultScope, actor: "operator" };
  return {
    status: () => statusOf(controlPlane),
    trigger: async (name) => {
      const { id: jobId, definition } = await jobNamed(controlPlane, name);
      const workspaces = await workspacesOf(input, controlPlane);
      const run = { cp: controlPlane, call, definition, jobId, trigger: "manual", trusted: true } as const;
      return (await startRun({ workspaces }, run)).id;
    },
    reload: async () => {
      await notifyChannel(controlPlane, RELOAD_CHANNEL);
    },
    waitFor: async (runId, signal) => {
      for (;;) {
        const { state } = await getRun(controlPlane, call.scope, { runId });
        if (isFinalState(state)) return { state };
        await sleep(LOOK_MS, undefined, { signal });
      }
    },
    close,
  };
}

/** As the servers see it, so that a run takes the same targets whoever starts it. */
async function workspacesOf(
  { loadConfig, environment }: DeskInput,
  controlPlane: ControlPlane,
): Promise<ProjectWorkspaces> {
  const config = await loadConfig();
  const egress = egressOf(config);
  return new ProjectWorkspaces({
    controlPlane,
    config: () => config,
    environment,
    egress: () => egress,
    storedServers: (cp, scope) => storedServers({ cp, egress }, scope),
  });
}

async function statusOf(cp: ControlPlane): Promise<JobStatus[]> {
  const found: JobStatus[] = [];
  for (let after: string | null = null; ; ) {
    const { items, next } = await listJobs(cp, cp.defaultScope, { after, limit: 500 });
    for (const job of items) found.push(await statusOfJob(cp, job));
    if (next === null) return found.sort((a, b) => a.name.localeCompare(b.name));
    after = next;
  }
}

async function statusOfJob(cp: ControlPlane, job: Job): Promise<JobStatus> {
  const [run] = (await listRuns(cp, cp.defaultScope, { jobId: job.id, limit: 1 })).items;
  const [scheduled] = (await listSchedules(cp, cp.defaultScope, { jobIds: [job.id], limit: 1 })).items;
  return {
    name: job.name,
    kind: job.kind,
    enabled: job.enabled,
    nextFireAt: scheduled?.schedule.nextFireAt ?? null,
    lastRun:
      run === undefined
        ? null
        : {
            id: run.id,
            state: run.state,
            startedAt: run.startedAt,
            finishedAt: run.finishedAt,
            error: run.error,
          },
  };
}

async function jobNamed(cp: ControlPlane, name: string): Promise<Job> {
  const { items } = await listJobs(cp, cp.defaultScope, { name, limit: 1 });
  const [job] = items;
  if (job !== undefined) return job;
  throw new CodedError("resource.not_found", `There is no job "${name}".`, {
    hint: "`syncline service status` lists the jobs.",
  });
}
