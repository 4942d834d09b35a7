import { Text } from "@mantine/core";
import {
  IconCheck,
  IconCircleCheck,
  IconFlag,
  IconGitPullRequest,
  IconMessage,
  IconX,
} from "@tabler/icons-react";
import { Ago } from "../../components/ago.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { type HistoryEntry, historyOf } from "./review-history.ts";
import type { Review } from "./review-standing.ts";

const ICONS = {
  opened: IconGitPullRequest,
  approve: IconCheck,
  refuse: IconX,
  comment: IconMessage,
  resolved: IconCircleCheck,
  ended: IconFlag,
} as const;

export function HistoryList({ review }: { readonly review: Review }) {
  return (
    <>
      <ol className="sl-timeline" aria-label="What happened">
        {historyOf(review).map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
      {review.runId !== null && (
        <Text size="sm" mt="md">
          <PageLink to="/runs/$runId" params={{ runId: review.runId }}>
            The run that wrote under it
          </PageLink>
        </Text>
      )}
    </>
  );
}

function Entry({ entry: { what, by, text, detail, at, superseded } }: { readonly entry: HistoryEntry }) {
  const Icon = ICONS[what];
  return (
    <li>
      <Icon size={17} aria-hidden style={{ color: "var(--sl-muted)", marginTop: 2 }} />
      <div>
        <Text size="sm" td={superseded ? "line-through" : undefined}>
          {by !== null && <strong>{by}</strong>} {text} <Ago at={at} />
        </Text>
        {superseded && (
          <Text size="xs" c="dimmed">
            Decided anew since.
          </Text>
        )}
        {detail !== null && (
          <Text size="sm" c="dimmed" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
            <bdi>{detail}</bdi>
          </Text>
        )}
      </div>
    </li>
  );
}
