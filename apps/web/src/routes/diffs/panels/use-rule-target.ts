import type { AnswerOf, jobs, RunAnswer } from "@syncline/api";
import { useQuery } from "@tanstack/react-query";
import type { PatchAnswer } from "../explorer-props.ts";
import { jobQuery, runQuery } from "./panel-queries.ts";
import { holdsUrl, isComparing } from "./rule-texts.ts";

export type JobAnswer = AnswerOf<typeof jobs.getJob>;

/** Where a rule about a patch can be kept. */
export interface RuleTarget {
  /** That compared; null: the patch came otherwise. */
  readonly run: RunAnswer | null;
  readonly job: JobAnswer | null;
  /** Why it cannot be saved to a job; null: it can. */
  readonly obstacle: string | null;
  readonly isLoading: boolean;
}

export function useRuleTarget(patch: PatchAnswer): RuleTarget {
  const run = useQuery({ ...runQuery(patch.runId ?? ""), enabled: patch.runId !== null });
  const jobId = run.data?.jobId ?? null;
  const job = useQuery({ ...jobQuery(jobId ?? ""), enabled: jobId !== null });
  const isLoading = (patch.runId !== null && run.isPending) || (jobId !== null && job.isPending);
  return {
    run: run.data ?? null,
    job: job.data ?? null,
    obstacle: isLoading ? null : obstacleOf(run.data, job.data),
    isLoading,
  };
}

function obstacleOf(run: RunAnswer | undefined, job: JobAnswer | undefined): string | null {
  if (run === undefined) return "This patch was not made by a comparison here.";
  if (run.jobId === null) return "The comparison was started once, not by a saved job.";
  if (job === undefined) return "The job is not there any more.";
  if (job.origin === "config")
    return `The job "${job.name}" follows the server's config file: write the rule there.`;
  if (!isComparing(job.definition)) return `The job "${job.name}" is not a comparison.`;
  if (holdsUrl(job.definition))
    return `The job "${job.name}" holds connection URLs, whose passwords are not shown here: change it with its URLs.`;
  return null;
}
