import { Badge, Button, Group, Tabs, Text } from "@mantine/core";
import { IconAlertTriangle, IconGitPullRequest, IconTrash } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { ownAddress } from "../../api/own-address.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { EnvironmentBadge } from "../../components/environment-badge.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import { counted } from "../../components/number-text.ts";
import { PageButton } from "../../components/page-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { StateBadge } from "../../components/state-badge.tsx";
import { QUEUES, type Queue, reviewsQuery } from "./review-queries.ts";
import { isLive, type ListedReview } from "./review-standing.ts";
import "./queue.css";

const route = getRouteApi("/shell/reviews");

const LABELS: Readonly<Record<Queue, string>> = {
  waiting: "Waits for you",
  open: "Open",
  mine: "Yours",
  all: "All",
};
const COMMANDS: Readonly<Record<Queue, readonly string[]>> = {
  waiting: ["--waiting"],
  open: ["--state", "open"],
  mine: ["--mine"],
  all: [],
};
const EMPTY: Readonly<Record<Queue, readonly [string, string]>> = {
  waiting: ["Nothing waits for you", "Reviews that you may decide, and have not, come here by themselves."],
  open: ["No review is open", "Writes to environments that ask for approvals begin with one."],
  mine: ["You have asked for no review", "Ask for one on the page of a patch."],
  all: [
    "There are no reviews yet",
    "Ask for one on the page of a patch: others look at it before it is applied.",
  ],
};

/** Reviews that wait, are open, are one's own, or all. */
export function ReviewsPage() {
  const { queue = "waiting" } = route.useSearch();
  const navigate = useNavigate();
  const list = useRef<HTMLUListElement>(null);
  const query = useInfiniteQuery(reviewsQuery(queue));
  const show = (next: Queue) =>
    void navigate({ to: ".", search: next === "waiting" ? {} : { queue: next }, replace: true });
  const step = (by: 1 | -1) => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>("a[data-review]") ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[
      at < 0 ? (by === 1 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1)
    ]?.focus();
  };
  useShortcuts("Reviews", [
    { keys: "j", label: "Next review (Enter opens it)", run: () => step(1) },
    { keys: "k", label: "Previous review", run: () => step(-1) },
    ...QUEUES.map((each, place) => ({ keys: String(place + 1), label: LABELS[each], run: () => show(each) })),
  ]);
  const [title, next] = EMPTY[queue];
  return (
    <>
      <PageHeader
        title="Reviews"
        description="Writes that others look at before they happen."
        command={commandOf(["syncline", "review", "list", ...COMMANDS[queue], ...ownAddress()])}
      />
      <Tabs value={queue} onChange={(value) => show((value as Queue | null) ?? "waiting")}>
        <Tabs.List mb="md">
          {QUEUES.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {LABELS[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={queue}>
          <PagesBoundary query={query} failed="The reviews could not be read">
            {(reviews, more) =>
              reviews.length === 0 ? (
                <div className="sl-card">
                  <EmptyState
                    icon={<IconGitPullRequest size={32} aria-hidden />}
                    title={title}
                    action={
                      <PageButton to="/patches" variant="default">
                        To the patches
                      </PageButton>
                    }
                  >
                    {next}
                  </EmptyState>
                </div>
              ) : (
                <>
                  <ul className="sl-card sl-queue" ref={list} aria-label={LABELS[queue]}>
                    {reviews.map((review) => (
                      <Line key={review.id} review={review} />
                    ))}
                  </ul>
                  {more !== undefined && (
                    <Group justify="center" p="xs">
                      <Button variant="default" size="xs" onClick={more.load} loading={more.loading}>
                        Show more
                      </Button>
                    </Group>
                  )}
                </>
              )
            }
          </PagesBoundary>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function Line({ review }: { readonly review: ListedReview }) {
  const { id, number, title, state, target, environment, given, required, counts, hazards, kind, jobId } =
    review;
  const others = hazards.filter((hazard) => !/^It deletes/.test(hazard)).length;
  return (
    <li>
      <Link to="/reviews/$reviewId" params={{ reviewId: id }} data-review className="sl-queue-link">
        <span className="sl-queue-title">
          <span className="sl-mono" style={{ color: "var(--sl-muted)" }}>
            {number}
          </span>{" "}
          <bdi>{title}</bdi>
        </span>
        <span className="sl-queue-state">
          <StateBadge state={state} />
        </span>
        <span className="sl-queue-facts">
          {environment !== null && <EnvironmentBadge name={environment} />}
          <span className="sl-mono">{target}</span>
          {counts === null ? (
            <Text component="span" size="sm" c="dimmed">
              {jobId === null ? kind : `${kind} job`}
            </Text>
          ) : (
            <KindCounts {...counts} />
          )}
          {(counts?.deletes ?? 0) > 0 && (
            <Badge
              radius="sm"
              tt="none"
              leftSection={<IconTrash size={12} aria-hidden />}
              styles={{ root: { backgroundColor: "var(--sl-delete-tint)", color: "var(--sl-delete)" } }}
            >
              deletes
            </Badge>
          )}
          {others > 0 && (
            <Badge
              radius="sm"
              tt="none"
              leftSection={<IconAlertTriangle size={12} aria-hidden />}
              title={hazards.join(" ")}
              styles={{ root: { backgroundColor: "var(--sl-update-tint)", color: "var(--sl-update)" } }}
            >
              {counted(others, "hazard")}
            </Badge>
          )}
        </span>
        <span className="sl-queue-time">
          <span className="sl-mono">
            {given} of {required}
          </span>
          <span>
            {actorText(review.createdBy)} <Ago at={review.createdAt} />
          </span>
          {isLive(review) && (
            <span>
              expires <Ago at={review.expiresAt} />
            </span>
          )}
        </span>
      </Link>
    </li>
  );
}
