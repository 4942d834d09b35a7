import { Skeleton, Stack } from "@mantine/core";
import type { RunAnswer } from "@syncline/api";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { useMe } from "../../api/me.ts";
import { usePlaceFacts } from "../../api/places.ts";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageButton } from "../../components/page-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { canReadRows } from "./can-read-rows.ts";
import { type ChangeFilter, filterOfSearch, searchOfFilter } from "./change-filter.ts";
import { Explorer } from "./explorer.tsx";
import type { PatchAnswer } from "./explorer-props.ts";
import type { ExplorerSearch } from "./explorer-search.ts";
import { patchCommand } from "./patch-command.ts";
import { patchQuery, patchTablesQuery, runOfPatchQuery } from "./patch-queries.ts";
import "./explorer.css";

const route = getRouteApi("/shell/diffs/$patchId");

const ORIGINS: Readonly<Record<PatchAnswer["origin"], string>> = {
  diff: "Compared by",
  upload: "Uploaded by",
  resolution: "Made of decided conflicts by",
  selection: "Selected by",
};

/** What two places differ in: the verdict first, then the rows. */
export function DiffPage() {
  const { patchId } = route.useParams();
  const patch = useQuery(patchQuery(patchId));
  return (
    <QueryBoundary query={patch} failed="The comparison could not be read" skeleton={<PageSkeleton />}>
      {(found) => <PatchExplorer key={patchId} patch={found} />}
    </QueryBoundary>
  );
}

function PatchExplorer({ patch }: { readonly patch: PatchAnswer }) {
  const { id, runId, source, target } = patch;
  const me = useMe();
  const factsOf = usePlaceFacts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const removed = patch.removedAt !== null;
  const tables = useQuery({ ...patchTablesQuery(id), enabled: !removed });
  const run = useQuery({ ...runOfPatchQuery(runId ?? ""), enabled: runId !== null && me.can("runs:read") });
  const filter = filterOfSearch(search);
  const onSearch = useCallback(
    (change: Partial<ExplorerSearch>, replace = false) =>
      void navigate({ search: (now) => ({ ...now, ...change }), replace, resetScroll: false }),
    [navigate],
  );
  const onFilter = (next: ChangeFilter) => onSearch({ ...searchOfFilter(next), row: undefined });
  const again = { source, target, definition: comparedAs(run.data?.definition) };
  const mayReadRows = canReadRows(me, [source, target], (place) => factsOf(place)?.environment ?? null);
  return (
    <>
      <PageHeader
        title={`${source} → ${target}`}
        trail={[
          <PageLink key="list" to="/diffs">
            Comparisons
          </PageLink>,
        ]}
        places={[source, target]}
        description={
          <span className="dx-route">
            {ORIGINS[patch.origin]} {actorText(patch.createdBy)}, <Ago at={patch.createdAt} />
            {runId !== null && (
              <>
                {" · "}
                <PageLink to="/runs/$runId" params={{ runId }}>
                  its run
                </PageLink>
              </>
            )}
            {" · "}
            <PageLink to="/patches/$patchId" params={{ patchId: id }}>
              its patch
            </PageLink>
          </span>
        }
        command={patchCommand({ patch, definition: run.data?.definition, filter })}
        actions={
          <PageButton to="/diffs/new" search={again} variant="default" size="xs">
            Compare again
          </PageButton>
        }
      />
      {removed ? (
        <div className="sl-card">
          <EmptyState
            title="The rows of this comparison were removed"
            action={
              <PageButton to="/diffs/new" search={again}>
                Compare again
              </PageButton>
            }
          >
            Results are kept for a limited time. What was counted stays with its run.
          </EmptyState>
        </div>
      ) : (
        <QueryBoundary query={tables} failed="The verdict could not be read" skeleton={<ExplorerSkeleton />}>
          {(verdict) => (
            <Explorer
              patch={patch}
              tables={verdict}
              search={search}
              filter={filter}
              mayReadRows={mayReadRows}
              onSearch={onSearch}
              onFilter={onFilter}
            />
          )}
        </QueryBoundary>
      )}
    </>
  );
}

/** What a comparison was made with, for making it again. */
function comparedAs(definition: RunAnswer["definition"] | undefined): Record<string, unknown> | undefined {
  if (definition?.kind !== "diff" && definition?.kind !== "watch") return undefined;
  const { name: _, schedule: __, description: ___, source: ____, target: _____, ...rest } = definition;
  return rest;
}

function PageSkeleton() {
  return (
    <Stack gap="md" aria-busy="true" aria-label="Loading the comparison">
      <Skeleton height={118} radius="sm" />
      <ExplorerSkeleton />
    </Stack>
  );
}

function ExplorerSkeleton() {
  return (
    <Stack gap="sm" aria-busy="true" aria-label="Loading the verdict">
      <Skeleton height={58} radius="md" />
      <Skeleton height={520} radius="md" />
    </Stack>
  );
}
