import type { Client } from "@syncline/api/client";
import { CodedError } from "@syncline/core";
import type { ConflictFilterOptions } from "../conflicts.ts";

/** The filter as the server takes it; a job is named as people name it. @throws CodedError `resource.not_found` */
export async function filterOf(
  client: Client,
  { job, run, table, kind, column, key, state = "open" }: ConflictFilterOptions,
) {
  return {
    state,
    ...(job === undefined ? {} : { jobId: await jobIdOf(client, job) }),
    ...(run === undefined ? {} : { runId: run }),
    ...(table === undefined ? {} : { table }),
    ...(kind === undefined ? {} : { kind }),
    ...(column === undefined ? {} : { column }),
    ...(key === undefined ? {} : { key }),
  };
}

export async function jobIdOf(client: Client, name: string): Promise<string> {
  const { items } = await client.jobs.listJobs({ query: { name } });
  const found = items.find((job) => job.name === name);
  if (found !== undefined) return found.id;
  throw new CodedError("resource.not_found", `The server has no job "${name}".`);
}
