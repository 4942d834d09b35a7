import { Button, Skeleton } from "@mantine/core";
import { IconGitMerge, IconListCheck } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useMe } from "../../api/me.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { counted, countText } from "../../components/number-text.ts";
import { PageButton } from "../../components/page-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { type ConflictSearch, filterOf, isNarrowed } from "./conflict-search.ts";
import { type ConflictCounts, useCounts, useInbox } from "./conflicts-query.ts";
import { listCommand } from "./inbox-command.ts";
import { InboxFilters } from "./inbox-filters.tsx";
import { neighbour } from "./inbox-lines.ts";
import { InboxList } from "./inbox-list.tsx";
import { ResultPanel } from "./result-panel.tsx";
import { RuleDialog } from "./rule-dialog.tsx";

const route = getRouteApi("/shell/conflicts");

/** Rows that both sides changed and no rule settled: all of them, filtered, and decided many at a time. */
export function ConflictsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const me = useMe();
  const filter = useMemo(() => filterOf(search), [search]);
  const counts = useCounts(filter);
  // A job whose conflicts are all decided has none in the state that is shown.
  const whole = useCounts(useMemo(() => filterOf({ ...search, state: "any" }), [search]));
  const inbox = useInbox(filter);
  const items = useMemo(() => inbox.data?.pages.flatMap((page) => page.items) ?? [], [inbox.data]);
  const [currentId, setCurrentId] = useState<string | null>(null);
  const change = (part: Partial<ConflictSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const step = (by: 1 | -1) => {
    const next = currentId === null ? items[0] : neighbour(items, currentId, by);
    if (next !== null && next !== undefined) setCurrentId(next.id);
  };
  const mayDecide = me.can("conflicts:resolve");
  const decidable = (search.state ?? "open") === "open" || search.state === "resolved";
  const openRule = () => change({ rule: true });
  useShortcuts("Conflicts", [
    { keys: "j", label: "The next conflict", run: () => step(1) },
    { keys: "k", label: "The conflict before", run: () => step(-1) },
    ...(mayDecide && decidable ? [{ keys: "r", label: "Decide many by a rule", run: openRule }] : []),
  ]);
  const total = counts.data?.total;
  const group = onlyGroup(counts.data, whole.data, search);
  return (
    <>
      <PageHeader
        title="Conflicts"
        description="Rows that both sides changed and no rule settled. They stay as they are until somebody decides."
        command={listCommand({ ...search, jobName: search.job === undefined ? null : (group?.name ?? null) })}
        places={[group?.sides.ours ?? null, group?.sides.theirs ?? null].filter((place) => place !== null)}
        actions={
          <Button
            leftSection={<IconListCheck size={16} aria-hidden />}
            onClick={openRule}
            disabled={!mayDecide || !decidable || total === 0}
            title={
              mayDecide
                ? decidable
                  ? "Shows what it would decide first (r)"
                  : "These are not to be decided any more."
                : "Deciding takes the role of a reviewer."
            }
          >
            Decide {total === undefined || total === 0 ? "" : `${countText(total)} `}by a rule
          </Button>
        }
      />
      <InboxFilters search={search} counts={counts.data} group={group} change={change} />
      {group !== null && counts.data !== undefined && (
        <ResultPanel group={group} states={counts.data.states} />
      )}
      {inbox.error !== null && (
        <ErrorState
          what="The conflicts could not be read"
          error={inbox.error}
          retry={() => void inbox.refetch()}
        />
      )}
      {inbox.data === undefined && inbox.error === null && (
        <Skeleton height="calc(100dvh - 20rem)" mih={320} aria-label="Loading" />
      )}
      {inbox.data !== undefined &&
        (items.length === 0 ? (
          <NoConflicts
            search={search}
            decided={counts.data?.states.find(({ value }) => value === "resolved")?.count ?? 0}
            show={(next) => void navigate({ search: next })}
          />
        ) : (
          <InboxList
            items={items}
            total={total ?? items.length}
            groups={counts.data?.groups ?? []}
            search={search}
            currentId={currentId}
            narrow={false}
            focuses={currentId !== null}
            loadMore={
              inbox.hasNextPage && !inbox.isFetchingNextPage ? () => void inbox.fetchNextPage() : null
            }
          />
        ))}
      {search.rule === true && mayDecide && decidable && (
        <RuleDialog
          search={search}
          jobName={search.job === undefined ? null : (group?.name ?? null)}
          sampleId={items[0]?.id ?? null}
          counts={counts.data}
          onClose={() => change({ rule: undefined })}
        />
      )}
    </>
  );
}

/** The job or run that everything shown is of. */
function onlyGroup(
  counts: ConflictCounts | undefined,
  whole: ConflictCounts | undefined,
  { job, run }: ConflictSearch,
) {
  const groups = counts?.groups ?? [];
  if (job !== undefined || run !== undefined)
    return (whole?.groups ?? []).find(({ jobId, runId }) => (jobId ?? runId) === (job ?? run)) ?? null;
  return groups.length === 1 ? (groups[0] ?? null) : null;
}

interface NoConflictsProps {
  readonly search: ConflictSearch;
  readonly decided: number;
  readonly show: (search: ConflictSearch) => void;
}

function NoConflicts({ search, decided, show }: NoConflictsProps) {
  const icon = <IconGitMerge size={28} aria-hidden />;
  if (search.state === undefined && decided > 0)
    return (
      <div className="sl-card">
        <EmptyState
          icon={icon}
          title="Everything here is decided"
          action={
            <Button variant="default" onClick={() => show({ ...search, state: "resolved" })}>
              Show what was decided
            </Button>
          }
        >
          {counted(decided, "decision")} {decided === 1 ? "waits" : "wait"} to be written; until then each can
          be made anew.
        </EmptyState>
      </div>
    );
  if (isNarrowed(search) || search.state !== undefined)
    return (
      <div className="sl-card">
        <EmptyState
          icon={icon}
          title="No conflict matches"
          action={
            <Button variant="default" onClick={() => show({})}>
              Show all that are open
            </Button>
          }
        >
          Others may be in another state, or come from another job.
        </EmptyState>
      </div>
    );
  return (
    <div className="sl-card">
      <EmptyState
        icon={icon}
        title="Nothing waits for a decision"
        action={
          <PageButton to="/jobs" variant="default">
            Jobs
          </PageButton>
        }
      >
        When a job that keeps two places in step, merges, copies with a common base, applies a patch or undoes
        one meets a row that both sides changed, the row waits here as it is.
      </EmptyState>
    </div>
  );
}
