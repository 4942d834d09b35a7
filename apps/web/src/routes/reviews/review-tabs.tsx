import { Badge, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useMe } from "../../api/me.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Facts } from "../../components/facts.tsx";
import { countText } from "../../components/number-text.ts";
import { PageLink } from "../../components/page-link.tsx";
import { PlaceText } from "../../components/place-text.tsx";
import { patchSummary } from "../patches/drift.ts";
import { patchQuery } from "../patches/patch-queries.ts";
import { StatementList } from "../patches/statement-list.tsx";
import { TableCounts } from "../patches/table-counts.tsx";
import { isOpen } from "./anchor.ts";
import { definitionFacts } from "./definition-facts.ts";
import { useDiscussion } from "./discussion-context.tsx";
import { DiscussionList } from "./discussion-list.tsx";
import { HistoryList } from "./history-list.tsx";
import { CommentButton, PlaceThreads } from "./place-threads.tsx";
import { ReviewRows, type RowFilter } from "./review-rows.tsx";
import type { Review } from "./review-standing.ts";
import { useChangeKeys } from "./use-change-keys.ts";

const route = getRouteApi("/shell/reviews/$reviewId");
type Tab = NonNullable<ReturnType<typeof route.useSearch>["tab"]>;

interface ReviewTabsProps {
  readonly review: Review;
  readonly linked: string | null;
}

/** Rows, deletes, statements both ways, what was said, what happened. */
export function ReviewTabs({ review, linked }: ReviewTabsProps) {
  const { tab: named, ...filter } = route.useSearch();
  const navigate = useNavigate();
  const { threads } = useDiscussion();
  const { patchId, counts } = review;
  const tab: Tab = named ?? (linked === null ? "rows" : "discussion");
  const show = (next: Tab) => void navigate({ to: ".", search: { ...filter, tab: next }, replace: true });
  const content = useContent(review);
  const open = threads.filter(isOpen).length;
  useChangeKeys();
  useShortcuts("Review", [
    { keys: "1", label: "Rows", run: () => show("rows") },
    { keys: "2", label: "Deletes", run: () => show("deletes") },
    { keys: "3", label: "SQL", run: () => show("sql") },
    { keys: "4", label: "Undo SQL", run: () => show("undo") },
    { keys: "5", label: "Discussion", run: () => show("discussion") },
    { keys: "6", label: "History", run: () => show("history") },
    {
      keys: "c",
      label: "Comment on the row or statement that is chosen, else on the whole",
      run: () => {
        const button = document.activeElement
          ?.closest("[data-change], [data-statement]")
          ?.querySelector<HTMLButtonElement>(".sl-comment-button");
        if (button !== null && button !== undefined) button.click();
        else show("discussion");
      },
    },
  ]);
  useEffect(() => {
    if (linked === null) return;
    const element = document.getElementById(`comment-${linked}`);
    element?.scrollIntoView({ block: "center" });
    element?.focus({ preventScroll: true });
  }, [linked]);
  const filtering = (next: RowFilter) =>
    void navigate({ to: ".", search: { ...next, tab: named }, replace: true });
  return (
    <Tabs value={tab} onChange={(value) => show((value as Tab | null) ?? "rows")} keepMounted={false}>
      <Tabs.List mb="md">
        {patchId !== null ? (
          <>
            <Tabs.Tab value="rows">Rows</Tabs.Tab>
            {(counts?.deletes ?? 0) > 0 && (
              <Tabs.Tab value="deletes" style={{ color: "var(--sl-delete)" }}>
                Deletes {countText(counts?.deletes ?? 0)}
              </Tabs.Tab>
            )}
            <Tabs.Tab value="sql">SQL</Tabs.Tab>
            <Tabs.Tab value="undo">Undo SQL</Tabs.Tab>
          </>
        ) : (
          <Tabs.Tab value="rows">What it does</Tabs.Tab>
        )}
        <Tabs.Tab
          value="discussion"
          rightSection={
            threads.length > 0 && (
              <Badge size="sm" radius="sm" variant="default" tt="none">
                {open === 0 ? threads.length : `${open} open`}
              </Badge>
            )
          }
        >
          Discussion
        </Tabs.Tab>
        <Tabs.Tab value="history">History</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="rows">
        {patchId === null ? (
          <Definition review={review} />
        ) : (
          (content ?? (
            <>
              <Summary review={review} />
              <ReviewRows
                patchId={patchId}
                summary={patchSummary(review.summary)}
                filter={filter}
                onFilter={filtering}
              />
            </>
          ))
        )}
      </Tabs.Panel>
      {patchId !== null && (
        <>
          <Tabs.Panel value="deletes">
            {content ?? (
              <ReviewRows
                patchId={patchId}
                summary={patchSummary(review.summary)}
                filter={filter}
                onFilter={filtering}
                only="delete"
              />
            )}
          </Tabs.Panel>
          <Tabs.Panel value="sql">
            {content ?? (
              <StatementList
                patchId={patchId}
                direction="forward"
                beside={(n) => ({
                  button: <CommentButton anchor={{ statement: n }} />,
                  below: <PlaceThreads anchor={{ statement: n }} />,
                })}
              />
            )}
          </Tabs.Panel>
          <Tabs.Panel value="undo">
            {content ?? <StatementList patchId={patchId} direction="undo" />}
          </Tabs.Panel>
        </>
      )}
      <Tabs.Panel value="discussion">
        <DiscussionList places={content === null && patchId !== null} />
      </Tabs.Panel>
      <Tabs.Panel value="history">
        <HistoryList review={review} />
      </Tabs.Panel>
    </Tabs>
  );
}

/** Why rows and statements cannot be shown; null: they can. */
function useContent({ patchId, environment }: Review) {
  const me = useMe();
  const patch = useQuery({ ...patchQuery(patchId ?? ""), enabled: patchId !== null });
  if (patch.data !== undefined && patch.data.removedAt !== null)
    return (
      <EmptyState title="The files of the patch were removed">
        What it would have changed is kept as counts alone; what was said and decided stays here.
      </EmptyState>
    );
  if (!me.can("rows:read", environment))
    return (
      <EmptyState title="Values of rows are not shown to you">
        They are from the role operator on. Counts, hazards, the discussion and the decisions are all here.
      </EmptyState>
    );
  return null;
}

function Summary({ review }: { readonly review: Review }) {
  const summary = patchSummary(review.summary);
  if (summary === null || summary.tables.length < 2) return null;
  return (
    <div style={{ marginBottom: "1rem" }}>
      <TableCounts summary={summary} />
    </div>
  );
}

/** What a run or a job would do, where no patch says it row by row. */
function Definition({ review }: { readonly review: Review }) {
  const places = new Set(["Source", "Target", "Base"]);
  return (
    <section aria-label="What it does">
      <div className="sl-card" style={{ padding: "1rem" }}>
        <Facts
          facts={definitionFacts(review.definition).map(([name, text]) => [
            name,
            places.has(name) ? (
              <PlaceText key={name} place={text} />
            ) : (
              <span key={name} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                {text}
              </span>
            ),
          ])}
        />
      </div>
      {review.jobId !== null && (
        <Text size="sm" c="dimmed" mt="xs">
          The review stands for all runs of the job{" "}
          <PageLink to="/jobs/$jobId" params={{ jobId: review.jobId }}>
            {review.definition.name}
          </PageLink>{" "}
          until it ends, or until the job is changed.
        </Text>
      )}
    </section>
  );
}
