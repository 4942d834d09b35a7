import { Box, Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { counted } from "../../components/number-text.ts";
import { PageLink } from "../../components/page-link.tsx";
import { ApplyPanel, type WriteWish } from "./apply-panel.tsx";
import { AskReviewDialog } from "./ask-review-dialog.tsx";
import { CompareAgain } from "./compare-again.tsx";
import { patchSummary } from "./drift.ts";
import { type Patch, useReviewsOf } from "./patch-queries.ts";
import { useTargetRules } from "./target-rules.ts";

interface PatchApplyProps {
  readonly patch: Patch;
  readonly onAsk: () => void;
}

/** Applies a patch where no review is asked for; elsewhere it says what is. */
export function PatchApply({ patch: { id, target, summary }, onAsk }: PatchApplyProps) {
  const me = useMe();
  const rules = useTargetRules(target);
  const review = useReviewsOf(me.can("reviews:read"))(id).find(
    ({ state }) => state === "open" || state === "approved",
  );
  const [skipping, setSkipping] = useState(false);
  const needsReview = rules.approvals > 0;
  const body = ({ skipMoved }: Pick<WriteWish, "skipMoved">) => ({
    patch: id,
    target,
    strategy: skipMoved ? ("ours" as const) : ("manual" as const),
  });
  const blocked = rules.readonly
    ? `${rules.server} is read-only by configuration.`
    : rules.frozen !== null
      ? `${rules.environment} is frozen: ${rules.frozen}`
      : needsReview
        ? `${rules.environment} asks for ${counted(rules.approvals, "approval")} by others.`
        : me.can("rows:apply", rules.environment)
          ? null
          : "It takes the role operator to apply it.";
  return (
    <>
      {needsReview && (
        <Box className="sl-tint-info" p="sm" mb="md" style={{ borderRadius: "var(--mantine-radius-md)" }}>
          <Group gap="sm">
            <Text size="sm" style={{ flex: 1, minWidth: 220 }}>
              {rules.environment} asks for {counted(rules.approvals, "approval")} by others than the author.
              What moved can be checked now.
            </Text>
            {review === undefined ? (
              <Button size="xs" onClick={onAsk} disabled={!me.can("reviews:write", rules.environment)}>
                Ask for a review
              </Button>
            ) : (
              <PageLink to="/reviews/$reviewId" params={{ reviewId: review.id }} size="sm">
                Review {review.number} of it is {review.state}
              </PageLink>
            )}
          </Group>
        </Box>
      )}
      <ApplyPanel
        target={target}
        summary={patchSummary(summary)}
        mayTry={me.can("rows:apply", rules.environment) && rules.frozen === null}
        blocked={blocked}
        trial={(wish) => api.transfers.applyPatch({ body: { ...body(wish), dryRun: true } })}
        write={(wish) =>
          api.transfers.applyPatch({
            body: { ...body(wish), ...(wish.confirm === undefined ? {} : { confirm: wish.confirm }) },
          })
        }
        {...(needsReview ? { onSkip: () => setSkipping(true) } : {})}
        reviewAgain={<CompareAgain patchId={id} />}
      />
      <AskReviewDialog
        opened={skipping}
        onClose={() => setSkipping(false)}
        patchId={id}
        target={target}
        strategy="ours"
      />
    </>
  );
}
