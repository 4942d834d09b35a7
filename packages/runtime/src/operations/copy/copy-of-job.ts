import { parseFilter } from "@syncline/core";
import type { JobOf } from "@syncline/jobs";
import { choicesOfJob } from "../moves/choices-of-job.ts";
import { type CopyInput, DEFAULT_COPY } from "./copy-input.ts";

/** What a job of the kind copy does. @throws CodedError `filter.invalid` */
export function copyOfJob(job: JobOf<"copy">): CopyInput {
  return {
    ...DEFAULT_COPY,
    ...choicesOfJob(job),
    source: job.source,
    target: job.target,
    strategy: job.strategy,
    base: job.base ?? null,
    tables: job.schema,
    filter: job.filter === undefined ? null : parseFilter(JSON.stringify(job.filter)),
    dataset: job.dataset ?? null,
    mask: job.mask ?? null,
    ignoreFields: job.ignoreFields,
    tableMap: new Map(Object.entries(job.mapTable)),
    columnMap: new Map(Object.entries(job.mapColumn)),
    keys: new Map(Object.entries(job.key)),
    definitions: job.includeSchemas ? "include" : "none",
    incremental: job.incremental,
    parallel: job.parallel,
  };
}
