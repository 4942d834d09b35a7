import type { AnswerOf, diffs } from "@syncline/api";
import { queryOptions } from "@tanstack/react-query";
import { api } from "../../../api/client.ts";
import { type ChangeFilter, queryOfFilter } from "../change-filter.ts";
import type { RuleTexts } from "./rule-texts.ts";

export type Histogram = AnswerOf<typeof diffs.histogramOfPatch>;
export type ColumnProfile = NonNullable<Histogram["column"]>;
export type IgnorePreview = AnswerOf<typeof diffs.previewIgnore>;

/** Of a search that goes on. */
const ASK_AGAIN_MS = 300;
/** What a patch holds never changes. */
const FOREVER = Number.POSITIVE_INFINITY;

interface HistogramOf {
  readonly table: string;
  readonly column?: string | undefined;
  readonly filter: ChangeFilter;
}

export function histogramQuery(patchId: string, { table, column, filter }: HistogramOf) {
  const { table: _, ...rest } = queryOfFilter(filter);
  return queryOptions({
    queryKey: ["patch-content", patchId, "histogram", table, column ?? null, rest],
    queryFn: ({ signal }) =>
      api.diffs.histogramOfPatch({
        params: { id: patchId },
        query: { ...rest, table, ...(column === undefined ? {} : { of: column }) },
        signal,
      }),
    staleTime: FOREVER,
    refetchInterval: ({ state }) => (state.data?.exact === false ? ASK_AGAIN_MS : false),
  });
}

export function ignorePreviewQuery(patchId: string, rules: RuleTexts) {
  return queryOptions({
    queryKey: ["patch-content", patchId, "ignore", rules],
    queryFn: ({ signal }) =>
      api.diffs.previewIgnore({
        params: { id: patchId },
        body: { ignoreFields: [...rules.ignoreFields], tolerance: { ...rules.tolerance } },
        signal,
      }),
    staleTime: FOREVER,
    refetchInterval: ({ state }) => (state.data?.exact === false ? ASK_AGAIN_MS : false),
  });
}

export function runQuery(runId: string) {
  return queryOptions({
    queryKey: ["runs", runId],
    queryFn: ({ signal }) => api.runs.getRun({ params: { id: runId }, signal }),
  });
}

export function jobQuery(jobId: string) {
  return queryOptions({
    queryKey: ["jobs", jobId],
    queryFn: ({ signal }) => api.jobs.getJob({ params: { id: jobId }, signal }),
  });
}
