import { Box, Title } from "@mantine/core";
import type { BodyOf, RunAnswer, transfers } from "@syncline/api";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { ApplyPanel } from "../patches/apply-panel.tsx";
import { AskReviewDialog } from "../patches/ask-review-dialog.tsx";
import { CompareAgain } from "../patches/compare-again.tsx";
import { patchSummary } from "../patches/drift.ts";
import { useTargetRules } from "../patches/target-rules.ts";
import { isLive, type Review, type Standing } from "./review-standing.ts";

interface ReviewApplyProps {
  readonly review: Review;
  readonly standing: Standing;
}

/** The way of what was approved into its target, once it is approved; afterwards what it wrote and its undo. */
export function ReviewApply({ review, standing }: ReviewApplyProps) {
  const me = useMe();
  const queryClient = useQueryClient();
  const rules = useTargetRules(review.target);
  const [skipping, setSkipping] = useState(false);
  const { id, state, target, patchId, environment, definition } = review;
  const [begun, setBegun] = useState(state === "applied");
  if (state !== "approved" && state !== "applied" && !begun) return null;
  // A run that writes many times has many results; each is on its own page.
  const doneRunId = state === "applied" && review.jobId === null ? review.runId : null;
  if (!isLive(review) && doneRunId === null && !begun) return null;
  const trial = trialOf(review);
  return (
    <Box className="sl-card" p="md" mb="md">
      <Title order={2} mb="sm">
        {state === "applied" ? "What it wrote" : "Apply it"}
      </Title>
      <ApplyPanel
        target={target}
        summary={patchSummary(review.summary)}
        mayTry={
          me.can(definition.kind === "undo" ? "rows:undo" : "rows:apply", environment) &&
          rules.frozen === null
        }
        blocked={standing.apply}
        trial={trial}
        write={async () => {
          const run = await api.reviews.applyReview({ params: { id } });
          setBegun(true);
          return run;
        }}
        doneRunId={doneRunId}
        onDone={() => void queryClient.invalidateQueries({ queryKey: ["reviews"] })}
        {...(patchId === null ? {} : { onSkip: () => setSkipping(true) })}
        {...(patchId === null ? {} : { reviewAgain: <CompareAgain patchId={patchId} /> })}
      />
      {patchId !== null && (
        <AskReviewDialog
          opened={skipping}
          onClose={() => setSkipping(false)}
          patchId={patchId}
          target={target}
          title={review.title}
          description={review.description}
          strategy="ours"
        />
      )}
    </Box>
  );
}

/** Does what was approved and rolls it back; null where that is not to be had. */
function trialOf({ definition, jobId }: Review): (() => Promise<RunAnswer>) | null {
  if (jobId !== null) return null;
  const {
    name: _,
    kind,
    enabled: __,
    description: ___,
    schedule: ____,
    ...rest
  } = definition as Review["definition"] & {
    readonly description?: string;
    readonly schedule?: unknown;
  };
  const body = { ...rest, dryRun: true };
  if (kind === "apply")
    return () => api.transfers.applyPatch({ body: body as BodyOf<typeof transfers.applyPatch> });
  if (kind === "undo") return () => api.transfers.undo({ body: body as BodyOf<typeof transfers.undo> });
  if (kind === "copy") return () => api.transfers.copy({ body: body as BodyOf<typeof transfers.copy> });
  return null;
}
