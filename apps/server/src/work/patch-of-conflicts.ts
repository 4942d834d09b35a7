import { randomUUID } from "node:crypto";
import type { BodyOf, conflicts } from "@syncline/api";
import { countConflicts, decidedConflicts, getJob, getRun, type PatchRecord } from "@syncline/control-plane";
import { CodedError, NO_CHECKSUMS } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import { redactUrlsIn } from "@syncline/observability";
import { resolutionPatch } from "@syncline/runtime/operations";
import { openStoredPatch } from "@syncline/runtime/results";
import type { Asked } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { directSetting } from "./direct-setting.ts";
import { recordStored } from "./record-stored.ts";
import { keptPatch } from "./result-of.ts";

type Wish = BodyOf<typeof conflicts.makePatch>;
type Asking = Pick<Asked<unknown>, "cp" | "call" | "signal"> & { readonly wish: Wish };

interface Owner {
  readonly jobId: string | null;
  readonly runId: string | null;
  readonly definition: JobDefinition;
}

/**
 * Keeps what was decided of the conflicts of a job, or of a run without one, as a patch.
 * @throws CodedError `patch.conflicts` while some are open, `request.invalid`, `resource.not_found`
 */
export async function patchOfConflicts(parts: ServiceParts, asking: Asking): Promise<PatchRecord> {
  const { cp, call, signal, wish } = asking;
  const { jobId, runId, definition } = await ownerOf(asking);
  if (wish.rows === "all") await assertAllDecided(asking, { jobId, runId });
  const decisions = await decidedConflicts(cp, {
    organizationId: call.scope.organizationId,
    jobId,
    runId: runId ?? randomUUID(),
  });
  const shown = redactUrlsIn(definition) as JobDefinition;
  const record = definition.kind === "apply" ? await keptPatch({ cp, call }, definition.patch) : null;
  const setting = await directSetting(parts, { call, signal, confirmed: null, applicationId: null });
  const { header, operations } = await resolutionPatch({
    ctx: setting.context,
    definition: shown,
    decisions: decisions.filter(({ state }) => state === "resolved"),
    patch: record === null ? null : await openStoredPatch(parts.results, record),
    rows: wish.rows,
  });
  const stored = await parts.results.writeResult({
    signal,
    name: `resolution.${randomUUID()}`,
    header,
    operations,
    end: async () => ({ complete: header.metadata.complete, checksums: NO_CHECKSUMS }),
  });
  const { target = header.target.locator } = shown as { readonly target?: string };
  return recordStored(parts, {
    cp,
    call,
    stored,
    origin: "resolution",
    runId,
    source: header.source.locator,
    target,
  });
}

async function ownerOf({ cp, call, wish }: Asking): Promise<Owner> {
  if ((wish.jobId === undefined) === (wish.runId === undefined))
    throw new CodedError("request.invalid", "Name a job or a run, and one of the two.");
  if (wish.jobId !== undefined) {
    const { definition } = await getJob(cp, call.scope, { jobId: wish.jobId });
    return { jobId: wish.jobId, runId: null, definition };
  }
  const { id, jobId, definition } = await getRun(cp, call.scope, { runId: wish.runId ?? "" });
  return { jobId, runId: id, definition };
}

async function assertAllDecided({ cp, call }: Asking, { jobId, runId }: Omit<Owner, "definition">) {
  const owner = jobId === null ? { runId: runId ?? "" } : { jobId };
  const { total } = await countConflicts(cp, call.scope, { ...owner, state: "open" });
  if (total === 0) return;
  throw new CodedError("patch.conflicts", `${total} conflicts have no decision yet.`, {
    hint: 'Decide them, or ask for the decided rows alone ("rows": "decided").',
    details: { open: total },
  });
}
