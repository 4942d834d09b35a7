import { parseFilter } from "@syncline/core";
import type { DiffOptions } from "@syncline/engine";
import type { JobOf } from "@syncline/jobs";
import { columnMapOf } from "../rows/column-map.ts";
import type { ComparisonInput } from "./comparison.ts";

/** What a job of the kind diff or watch compares. @throws CodedError `filter.invalid` */
export function comparisonOfJob(
  job: JobOf<"diff"> | JobOf<"watch">,
  images: DiffOptions["images"],
): ComparisonInput {
  return {
    source: job.source,
    target: job.target,
    tables: job.schema,
    filter: job.filter === undefined ? null : parseFilter(JSON.stringify(job.filter)),
    mask: job.mask ?? null,
    fields: job.fields ?? null,
    ignoreFields: job.ignoreFields,
    ignoreTimestamps: job.ignoreTimestamps,
    ignoreSystemFields: job.ignoreSystemFields,
    tolerance: new Map(Object.entries(job.tolerance)),
    keys: new Map(Object.entries(job.key)),
    tableMap: new Map(Object.entries(job.mapTable)),
    columnMap: columnMapOf(Object.entries(job.mapColumn)),
    maxDifferences: job.maxDifferences ?? null,
    maxPercent: job.maxPercent ?? null,
    maxTimeMs: null,
    recheckAfterMs: null,
    images,
    path: "auto",
    parallel: job.parallel,
    forPatch: job.kind === "diff",
    edited: false,
  };
}
