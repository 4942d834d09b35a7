import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMe } from "../../api/me.ts";
import { PageButton } from "../../components/page-button.tsx";
import { AskReviewDialog } from "../patches/ask-review-dialog.tsx";
import { CompareAgain } from "../patches/compare-again.tsx";
import { patchQuery } from "../patches/patch-queries.ts";
import type { Review } from "./review-standing.ts";

/** What can be done after a review that ended without a write: compare anew, or ask for the same again. */
export function AskAgain({ review }: { readonly review: Review }) {
  const me = useMe();
  const [asking, setAsking] = useState(false);
  const { patchId, definition, environment, jobId } = review;
  const patch = useQuery({ ...patchQuery(patchId ?? ""), enabled: patchId !== null });
  if (jobId !== null)
    return (
      <PageButton to="/jobs/$jobId" params={{ jobId }} size="xs" variant="default">
        To the job
      </PageButton>
    );
  if (patchId === null || definition.kind !== "apply" || patch.data === undefined) return null;
  const { removedAt } = patch.data;
  return (
    <Group gap="xs">
      <CompareAgain patchId={patchId} />
      {removedAt === null && me.can("reviews:write", environment) && (
        <Button size="xs" variant="default" onClick={() => setAsking(true)}>
          Ask again
        </Button>
      )}
      <AskReviewDialog
        opened={asking}
        onClose={() => setAsking(false)}
        patchId={patchId}
        target={definition.target}
        title={review.title}
        description={review.description}
        strategy={definition.strategy}
      />
    </Group>
  );
}
