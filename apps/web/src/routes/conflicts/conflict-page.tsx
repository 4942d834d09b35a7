import { Skeleton } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { ConflictDetail } from "./conflict-detail.tsx";
import { filterOf } from "./conflict-search.ts";
import { useConflict, useCounts, useInbox } from "./conflicts-query.ts";
import { neighbour, nextOpen } from "./inbox-lines.ts";
import { InboxList } from "./inbox-list.tsx";

const route = getRouteApi("/shell/conflicts/$conflictId");

/** One conflict, and beside it the list that it was chosen from. */
export function ConflictPage() {
  const { conflictId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = useMemo(() => filterOf(search), [search]);
  const conflict = useConflict(conflictId);
  const counts = useCounts(filter);
  const inbox = useInbox(filter);
  const items = useMemo(() => inbox.data?.pages.flatMap((page) => page.items) ?? [], [inbox.data]);
  const show = (next: { readonly id: string } | null) => {
    if (next !== null)
      void navigate({ to: "/conflicts/$conflictId", params: { conflictId: next.id }, search });
  };
  const toList = () => void navigate({ to: "/conflicts", search });
  useShortcuts("Conflicts", [
    { keys: "j", label: "The next conflict", run: () => show(neighbour(items, conflictId, 1)) },
    { keys: "k", label: "The conflict before", run: () => show(neighbour(items, conflictId, -1)) },
    { keys: "l", label: "All conflicts", run: toList },
    {
      keys: "r",
      label: "Decide many by a rule",
      run: () => void navigate({ to: "/conflicts", search: { ...search, rule: true } }),
    },
  ]);
  return (
    <div className="sl-inbox" data-split>
      <div className="sl-inbox-rail">
        <InboxList
          items={items}
          total={counts.data?.total ?? items.length}
          groups={counts.data?.groups ?? []}
          search={search}
          currentId={conflictId}
          narrow
          focuses={false}
          loadMore={inbox.hasNextPage && !inbox.isFetchingNextPage ? () => void inbox.fetchNextPage() : null}
        />
      </div>
      <div style={{ minWidth: 0 }}>
        <QueryBoundary
          query={conflict}
          failed="The conflict could not be read"
          skeleton={
            <>
              <PageHeader title="Conflict" trail={[<ToList key="list" search={search} />]} />
              <Skeleton height={420} />
            </>
          }
        >
          {(answer) => (
            <ConflictDetail
              key={answer.id}
              answer={answer}
              trail={<ToList key="list" search={search} />}
              left={counts.data?.states.find(({ value }) => value === "open")?.count ?? null}
              onDecided={() => {
                const next = nextOpen(items, answer.id);
                if (next === null) toList();
                else show(next);
              }}
            />
          )}
        </QueryBoundary>
      </div>
    </div>
  );
}

function ToList({ search }: { readonly search: ReturnType<typeof route.useSearch> }) {
  return (
    <PageLink to="/conflicts" search={search}>
      Conflicts
    </PageLink>
  );
}
