import { Alert, Button, Group, Menu, Stack, Tabs, Text, Title } from "@mantine/core";
import { IconDots, IconDownload, IconGitPullRequest, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { downloadFile } from "../../api/download.ts";
import { useMe } from "../../api/me.ts";
import { ownAddress } from "../../api/own-address.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Facts } from "../../components/facts.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import { bytesText, counted } from "../../components/number-text.ts";
import { PageButton } from "../../components/page-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { PlaceText } from "../../components/place-text.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { Hazards } from "../reviews/review-state.tsx";
import { AskReviewDialog } from "./ask-review-dialog.tsx";
import { patchSummary } from "./drift.ts";
import { PatchApply } from "./patch-apply.tsx";
import { type Patch, patchQuery, useReviewsOf } from "./patch-queries.ts";
import { PatchReviews } from "./patch-reviews.tsx";
import { ORIGIN_WORDS } from "./patch-standing.ts";
import { DeletePatch } from "./patches-page.tsx";
import { StatementList } from "./statement-list.tsx";
import { TableCounts } from "./table-counts.tsx";
import { useTargetRules } from "./target-rules.ts";
import "./patches.css";

const route = getRouteApi("/shell/patches/$patchId");

/** One stored patch: what it would change, its statements both ways, and its way into the target. */
export function PatchPage() {
  const { patchId } = route.useParams();
  return (
    <QueryBoundary query={useQuery(patchQuery(patchId))} failed="The patch could not be read">
      {(patch) => <Shown key={patch.id} patch={patch} />}
    </QueryBoundary>
  );
}

const TABS = ["summary", "sql", "undo", "apply"] as const;

function Shown({ patch }: { readonly patch: Patch }) {
  const { id, source, target, origin, createdBy, createdAt, expiresAt, removedAt, hash, bytes, complete } =
    patch;
  const me = useMe();
  const navigate = useNavigate();
  const { tab = "summary" } = route.useSearch();
  const rules = useTargetRules(target);
  const reviewsOf = useReviewsOf(me.can("reviews:read"));
  const [asking, setAsking] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const summary = patchSummary(patch.summary);
  const kept = removedAt === null;
  const mayRead = me.can("rows:read", rules.environment);
  const mayAsk = kept && me.can("reviews:write", rules.environment);
  const show = (next: (typeof TABS)[number]) =>
    void navigate({ to: ".", search: { tab: next === "summary" ? undefined : next }, replace: true });
  useShortcuts("Patch", [
    { keys: "1", label: "Its tables", run: () => show("summary") },
    { keys: "2", label: "Its statements", run: () => show("sql") },
    { keys: "3", label: "The statements of its undo", run: () => show("undo") },
    { keys: "4", label: "Check and apply", run: () => show("apply") },
    ...(mayAsk ? [{ keys: "v", label: "Ask for a review", run: () => setAsking(true) }] : []),
  ]);
  const file = `/api/v1/patches/${encodeURIComponent(id)}/file`;
  return (
    <>
      <PageHeader
        title={`${source} → ${target}`}
        trail={[
          <PageLink key="patches" to="/patches">
            Patches
          </PageLink>,
        ]}
        places={[target]}
        badges={summary === null ? null : <KindCounts {...summary} />}
        command={commandOf([
          "syncline",
          "review",
          "open",
          "--title",
          `${source} to ${target}`,
          "--patch",
          id,
          "--target",
          target,
          ...ownAddress(),
        ])}
        actions={
          <>
            {kept && (
              <PageButton to="/diffs/$patchId" params={{ patchId: id }} variant="default">
                Look at the rows
              </PageButton>
            )}
            {mayAsk && (
              <Button
                leftSection={<IconGitPullRequest size={16} aria-hidden />}
                onClick={() => setAsking(true)}
              >
                Ask for a review
              </Button>
            )}
            {kept && (
              <Menu position="bottom-end">
                <Menu.Target>
                  <Button variant="default" px={8} aria-label="More">
                    <IconDots size={16} aria-hidden />
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  {mayRead && (
                    <Menu.Item
                      leftSection={<IconDownload size={15} aria-hidden />}
                      onClick={() => void downloadFile(file, `${id}.patch`)}
                    >
                      Download the patch file
                    </Menu.Item>
                  )}
                  <Menu.Item
                    leftSection={<IconTrash size={15} aria-hidden />}
                    disabled={!me.can("patches:write")}
                    onClick={() => setDeleting(true)}
                  >
                    Delete its files
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            )}
          </>
        }
      />
      {!kept && (
        <Alert variant="outline" color="yellow" mb="md" title="The files of this patch were removed">
          <Text size="sm">
            Its counts and reviews stay as a record, and what was applied of it can still be undone. Compare
            again to make a new one. <PageLink to="/diffs/new">Compare two places</PageLink>
          </Text>
        </Alert>
      )}
      {!complete && (
        <Alert variant="outline" color="yellow" mb="md" title="The comparison was cut short">
          <Text size="sm">
            It says nothing of rows that were not compared, and is never applied with deletes.
          </Text>
        </Alert>
      )}
      <Tabs
        value={tab}
        onChange={(value) => show((value as (typeof TABS)[number] | null) ?? "summary")}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="summary">Summary</Tabs.Tab>
          <Tabs.Tab value="sql" disabled={!kept}>
            SQL
          </Tabs.Tab>
          <Tabs.Tab value="undo" disabled={!kept}>
            Undo SQL
          </Tabs.Tab>
          <Tabs.Tab value="apply" disabled={!kept}>
            Check and apply
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="summary">
          <Stack gap="lg">
            {summary !== null && summary.deletes > 0 && (
              <Hazards hazards={[`It deletes ${counted(summary.deletes, "row")}.`]} />
            )}
            {summary === null || summary.tables.length === 0 ? (
              <EmptyState title="Both places are the same">There is nothing to apply.</EmptyState>
            ) : (
              <TableCounts
                summary={summary}
                {...(kept && mayRead
                  ? {
                      action: (table: string) => (
                        <PageLink to="/diffs/$patchId" params={{ patchId: id }} search={{ table }} size="sm">
                          Rows
                        </PageLink>
                      ),
                    }
                  : {})}
              />
            )}
            <Facts
              facts={[
                ["Source", <PlaceText key="source" place={source} />],
                ["Target", <PlaceText key="target" place={target} />],
                [
                  "Made by",
                  <Group key="by" gap={4}>
                    {actorText(createdBy)}, by {ORIGIN_WORDS[origin]}, <Ago at={createdAt} />
                  </Group>,
                ],
                ["Kept until", kept ? <Ago key="until" at={expiresAt} /> : "removed"],
                ["Size", bytesText(bytes)],
                [
                  "Hash",
                  <span key="hash" className="sl-mono" style={{ overflowWrap: "anywhere" }}>
                    {hash}
                  </span>,
                ],
                ...(patch.runId === null
                  ? []
                  : [
                      [
                        "Run",
                        <PageLink key="run" to="/runs/$runId" params={{ runId: patch.runId }}>
                          The run that made it
                        </PageLink>,
                      ] as const,
                    ]),
                ...(patch.selectedFrom === null
                  ? []
                  : [
                      [
                        "Chosen from",
                        <PageLink
                          key="from"
                          to="/patches/$patchId"
                          params={{ patchId: patch.selectedFrom.patchId }}
                        >
                          Another patch
                        </PageLink>,
                      ] as const,
                    ]),
              ]}
            />
            <section aria-labelledby="reviews-of-it">
              <Title order={2} id="reviews-of-it" mb="xs">
                Reviews and signatures
              </Title>
              <PatchReviews patch={patch} reviews={reviewsOf(id)} environment={rules.environment} />
            </section>
          </Stack>
        </Tabs.Panel>
        {(["sql", "undo"] as const).map((each) => (
          <Tabs.Panel key={each} value={each}>
            {mayRead ? (
              <StatementList patchId={id} direction={each === "sql" ? "forward" : "undo"} />
            ) : (
              <EmptyState title="Statements hold values of rows">
                They are shown from the role operator on. The counts are in the summary.
              </EmptyState>
            )}
          </Tabs.Panel>
        ))}
        <Tabs.Panel value="apply">
          <PatchApply patch={patch} onAsk={() => setAsking(true)} />
        </Tabs.Panel>
      </Tabs>
      <AskReviewDialog opened={asking} onClose={() => setAsking(false)} patchId={id} target={target} />
      <DeletePatch
        patch={deleting ? patch : null}
        onClose={() => setDeleting(false)}
        onDeleted={() => void navigate({ to: "/patches" })}
      />
    </>
  );
}
