import {
  type Call,
  type ControlPlane,
  getJob,
  getRun,
  type Review,
  type Scope,
} from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { type JobDefinition, WRITING_KINDS } from "@syncline/jobs";
import {
  contentOf,
  type DecidedFor,
  fingerprintOf,
  normalDefinition,
  type ReviewedRun,
  writtenPlaces,
} from "@syncline/runtime/reviews";
import type { ServiceParts } from "../service-parts.ts";
import { checkDefinition } from "./check-definition.ts";

interface Asking {
  readonly cp: ControlPlane;
  readonly call: Call;
  readonly signal: AbortSignal;
}

/** What a review is asked of. */
export interface ReviewSubject {
  readonly definition: JobDefinition;
  readonly jobId: string | null;
  /** Whose decided conflicts belong to it. */
  readonly decidedFor: DecidedFor;
  /** From the config: its places may be anything. */
  readonly trusted: boolean;
}

type WantedReview = Readonly<Partial<Record<"job" | "run", string>>> & {
  readonly definition?: JobDefinition | undefined;
};

/** @throws CodedError `resource.not_found`, `request.invalid` for what writes nothing */
export async function reviewSubject(
  { cp, call }: Pick<Asking, "cp" | "call">,
  { definition, job: jobId, run: runId }: { [Name in keyof WantedReview]?: WantedReview[Name] | undefined },
): Promise<ReviewSubject> {
  if (jobId !== undefined) {
    const job = await getJob(cp, call.scope, { jobId });
    const decidedFor = { jobId, runId: jobId };
    return checked({ definition: job.definition, jobId, decidedFor, trusted: job.origin === "config" });
  }
  if (runId !== undefined) {
    const run = await getRun(cp, call.scope, { runId });
    const decidedFor = { jobId: run.jobId, runId };
    return checked({ definition: run.definition, jobId: null, decidedFor, trusted: true });
  }
  if (definition === undefined) throw new CodedError("request.invalid", "Nothing was named to be reviewed.");
  return checked({ definition, jobId: null, decidedFor: null, trusted: false });
}

function checked(subject: ReviewSubject): ReviewSubject {
  const { definition } = subject;
  if (!WRITING_KINDS.has(definition.kind))
    throw new CodedError("request.invalid", `A ${definition.kind} writes nothing that needs a review.`);
  if ("dryRun" in definition && definition.dryRun)
    throw new CodedError("request.invalid", "A dry run needs no review.", {
      hint: "Ask for the review of what it tried.",
    });
  if (definition.kind === "bi-sync" && subject.jobId === null)
    throw new CodedError("request.invalid", "Two places are kept in step by a job: name the job.");
  return { ...subject, definition: subject.jobId === null ? normalDefinition(definition) : definition };
}

/** What is looked at: content, target and the rules that hold there, all as they are now. */
export async function lookAt(
  parts: ServiceParts,
  { cp, call, signal }: Asking,
  { definition, decidedFor, trusted }: ReviewSubject,
) {
  const workspace = await parts.workspaces.of(call.scope, cp);
  if (!trusted) checkDefinition(definition, workspace);
  const run: ReviewedRun = {
    tools: toolsOf(parts, cp),
    workspace,
    scope: call.scope,
    definition: normalDefinition(definition),
    signal,
  };
  const places = await writtenPlaces(run);
  const readonly = places.places.find((place) => "scope" in place && place.protection === "readonly");
  if (readonly !== undefined)
    throw new CodedError("target.readonly", `The target "${readonly.label}" is read-only by configuration.`, {
      hint: "No review overrides this.",
    });
  const { materials } = await contentOf(run, decidedFor);
  return { places, materials, fingerprint: await fingerprintOf(run, places) };
}

/** The target of a review as it is now. */
export async function fingerprintNow(
  parts: ServiceParts,
  { cp, call, signal }: Asking,
  { definition }: Pick<Review, "definition">,
): Promise<string> {
  const run = await reviewedRun(parts, { cp, scope: call.scope, signal }, definition);
  return fingerprintOf(run, await writtenPlaces(run));
}

/** Why nothing is written to the targets of a review now; null: that is not so. */
export async function frozenReason(
  parts: ServiceParts,
  { cp, call, signal }: Asking,
  { definition }: Pick<Review, "definition">,
): Promise<string | null> {
  const run = await reviewedRun(parts, { cp, scope: call.scope, signal }, definition);
  return (await writtenPlaces(run)).rules.frozen;
}

async function reviewedRun(
  parts: ServiceParts,
  { cp, scope, signal }: { readonly cp: ControlPlane; readonly scope: Scope; readonly signal: AbortSignal },
  definition: JobDefinition,
): Promise<ReviewedRun> {
  const workspace = await parts.workspaces.of(scope, cp);
  return { tools: toolsOf(parts, cp), workspace, scope, definition: normalDefinition(definition), signal };
}

const toolsOf = ({ results, settings }: ServiceParts, controlPlane: ControlPlane) => ({
  controlPlane,
  results,
  dumpFolder: settings.dumpFolder,
});
