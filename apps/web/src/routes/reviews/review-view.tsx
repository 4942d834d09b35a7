import { Alert, Button, Group, Text } from "@mantine/core";
import { useLocation } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../../api/me.ts";
import { ownAddress } from "../../api/own-address.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { StateBadge } from "../../components/state-badge.tsx";
import { AskAgain } from "./ask-again.tsx";
import { DecideDialog, type Decision, type Seen } from "./decide-dialog.tsx";
import { DecideButtons, DecisionPanel } from "./decision-panel.tsx";
import { DiscussionProvider } from "./discussion-context.tsx";
import { ReviewApply } from "./review-apply.tsx";
import { isLive, type Review, seenCode, standingOf } from "./review-standing.ts";
import { Ended, Hazards } from "./review-state.tsx";
import { ReviewTabs } from "./review-tabs.tsx";
import { useReviewNews } from "./use-review-news.ts";

const COMMENT = /^#?comment-([0-9a-f-]{36})$/;

export function ReviewView({ review }: { readonly review: Review }) {
  const me = useMe();
  const { hash } = useLocation();
  const linked = COMMENT.exec(hash)?.[1] ?? null;
  const [seen, setSeen] = useState<Seen>(() => ({
    content: review.content,
    fingerprint: review.fingerprint,
  }));
  const [wasLive] = useState(() => isLive(review));
  const [decision, setDecision] = useState<Decision | null>(null);
  useReviewNews(review);
  const standing = standingOf(review, { email: me.user?.email ?? null, actor: me.actor, can: me.can });
  const { number, title, description, state, target, counts, hazards } = review;
  const changed = seen.content !== review.content || seen.fingerprint !== review.fingerprint;
  const lookAgain = () => setSeen({ content: review.content, fingerprint: review.fingerprint });
  useShortcuts("Review", [
    ...(standing.approve === null
      ? [{ keys: "a", label: "Approve", run: () => setDecision("approve") } as const]
      : []),
    ...(standing.refuse === null
      ? [{ keys: "r", label: "Refuse", run: () => setDecision("refuse") } as const]
      : []),
  ]);
  return (
    <DiscussionProvider review={review} closed={standing.comment} linked={linked}>
      <PageHeader
        title={`${number} ${title}`}
        trail={[
          <PageLink key="reviews" to="/reviews">
            Reviews
          </PageLink>,
        ]}
        places={[target]}
        badges={
          <>
            <StateBadge state={state} />
            {counts !== null && <KindCounts {...counts} />}
          </>
        }
        {...(description === ""
          ? {}
          : {
              description: (
                <bdi
                  style={{
                    whiteSpace: "pre-wrap",
                    overflowWrap: "anywhere",
                    display: "block",
                    maxWidth: "48rem",
                  }}
                >
                  {description}
                </bdi>
              ),
            })}
        command={commandOf([
          "syncline",
          "review",
          ...commandFor(review, seen, standing.approve),
          ...ownAddress(),
        ])}
      />
      {changed && (
        <Alert
          role="alert"
          variant="outline"
          color="yellow"
          mb="md"
          title="It changed while you were reading"
        >
          <Group gap="sm">
            <Text size="sm">What the page showed is not what the review is about now.</Text>
            <Button size="xs" variant="default" onClick={lookAgain}>
              Look at it again
            </Button>
          </Group>
        </Alert>
      )}
      <Ended review={review} meanwhile={wasLive} actions={<AskAgain review={review} />} />
      <Hazards hazards={hazards} />
      <div className="sl-review">
        <div style={{ minWidth: 0 }}>
          <ReviewApply review={review} standing={standing} />
          <ReviewTabs review={review} linked={linked} />
        </div>
        <aside>
          <DecisionPanel review={review} standing={standing} onDecide={setDecision} />
        </aside>
      </div>
      {standing.live && (
        <div className="sl-decide-bar">
          <DecideButtons review={review} standing={standing} onDecide={setDecision} />
        </div>
      )}
      <DecideDialog
        review={review}
        seen={seen}
        decision={decision}
        onClose={() => setDecision(null)}
        onLookAgain={lookAgain}
      />
    </DiscussionProvider>
  );
}

/** What comes next, as `syncline review …` does it; of what one may not decide, the look at it. */
function commandFor({ number, state }: Review, seen: Seen, hindered: string | null): readonly string[] {
  if (state === "open" && hindered === null) return ["approve", String(number), "--seen", seenCode(seen)];
  return [state === "approved" ? "apply" : "show", String(number)];
}
