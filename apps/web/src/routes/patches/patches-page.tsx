import { ActionIcon, Badge, Group, Text, Tooltip } from "@mantine/core";
import { IconFileDiff, IconTrash } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { counted } from "../../components/number-text.ts";
import { PageButton } from "../../components/page-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import { PlaceText } from "../../components/place-text.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { patchSummary } from "./drift.ts";
import { type Patch, patchesQuery, useReviewsOf } from "./patch-queries.ts";
import { ORIGIN_WORDS, standingReview } from "./patch-standing.ts";
import { UploadButton, usePatchUpload } from "./upload-patch.tsx";

/** Stored patches: what comparisons found, what was uploaded, chosen and decided. */
export function PatchesPage() {
  const me = useMe();
  const query = useInfiniteQuery(patchesQuery);
  const reviewsOf = useReviewsOf(me.can("reviews:read"));
  const upload = usePatchUpload();
  const [deleting, setDeleting] = useState<Patch | null>(null);
  const mayWrite = me.can("patches:write");
  const columns: readonly ListColumn<Patch>[] = [
    {
      id: "what",
      header: "Source → target",
      cell: ({ id, source, target }) => (
        <PageLink to="/patches/$patchId" params={{ patchId: id }} style={{ display: "block" }}>
          <Group gap={6} component="span">
            <PlaceText place={source} />
            <span aria-hidden>→</span>
            <span className="sl-visually-hidden">to</span>
            <PlaceText place={target} />
          </Group>
        </PageLink>
      ),
    },
    {
      id: "counts",
      header: "Changes",
      cell: ({ summary, operations }) => {
        const counts = patchSummary(summary);
        return counts === null ? counted(operations, "change") : <KindCounts {...counts} />;
      },
    },
    { id: "standing", header: "Standing", cell: (patch) => <Standing patch={patch} reviewsOf={reviewsOf} /> },
    {
      id: "by",
      header: "By",
      cell: ({ origin, createdBy, createdAt }) => (
        <Text size="sm">
          {actorText(createdBy)}
          <Text component="span" c="dimmed" inherit>
            , by {ORIGIN_WORDS[origin]} <Ago at={createdAt} />
          </Text>
        </Text>
      ),
    },
    {
      id: "until",
      header: "Kept until",
      cell: ({ removedAt, expiresAt }) => (removedAt === null ? <Ago at={expiresAt} /> : "removed"),
    },
    ...(mayWrite
      ? [
          {
            id: "delete",
            header: <span className="sl-visually-hidden">Delete</span>,
            align: "right" as const,
            cell: (patch: Patch) =>
              patch.removedAt === null && (
                <Tooltip label="Delete its files">
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Delete the patch ${patch.source} to ${patch.target}`}
                    onClick={() => setDeleting(patch)}
                  >
                    <IconTrash size={16} />
                  </ActionIcon>
                </Tooltip>
              ),
          },
        ]
      : []),
  ];
  return (
    <>
      <PageHeader
        title="Patches"
        description="Changes that can be looked at, approved, applied and undone."
        command="syncline diff 'staging:public:*' 'prod:public:*' --output release.patch"
        actions={mayWrite ? <UploadButton upload={upload} /> : null}
      />
      <PagesBoundary query={query} failed="The patches could not be read">
        {(patches, more) => (
          <ListTable
            label="Stored patches"
            rows={patches}
            rowKey={({ id }) => id}
            columns={columns}
            {...(more === undefined ? {} : { more })}
            empty={
              <EmptyState
                icon={<IconFileDiff size={32} aria-hidden />}
                title="There are no patches yet"
                action={
                  me.can("rows:diff") ? <PageButton to="/diffs/new">Compare two places</PageButton> : null
                }
              >
                A comparison stores what differs as a patch. A patch file that was made elsewhere can be
                uploaded.
              </EmptyState>
            }
          />
        )}
      </PagesBoundary>
      <DeletePatch patch={deleting} onClose={() => setDeleting(null)} />
    </>
  );
}

interface StandingProps {
  readonly patch: Patch;
  readonly reviewsOf: ReturnType<typeof useReviewsOf>;
}

function Standing({ patch, reviewsOf }: StandingProps) {
  const review = standingReview(reviewsOf(patch.id));
  return (
    <Group gap={6} wrap="nowrap">
      {!patch.complete && (
        <Badge
          variant="default"
          radius="sm"
          tt="none"
          title="The comparison was cut short; it applies no deletes"
        >
          incomplete
        </Badge>
      )}
      {review === null ? (
        patch.complete && (
          <Text size="sm" c="dimmed">
            stored
          </Text>
        )
      ) : (
        <PageLink to="/reviews/$reviewId" params={{ reviewId: review.id }}>
          <StateBadge
            state={review.state}
            label={
              review.state === "open"
                ? `in review ${review.number}`
                : `${review.state}, review ${review.number}`
            }
          />
        </PageLink>
      )}
    </Group>
  );
}

interface DeletePatchProps {
  readonly patch: Patch | null;
  readonly onClose: () => void;
  readonly onDeleted?: () => void;
}

/** Removes a patch's files; what was applied of it can still be undone. */
export function DeletePatch({ patch, onClose, onDeleted }: DeletePatchProps) {
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: (id: string) => api.diffs.deletePatch({ params: { id } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["patches"] });
      onClose();
      onDeleted?.();
    },
  });
  return (
    <ConfirmDialog
      opened={patch !== null}
      onClose={onClose}
      title="Delete the patch's files?"
      action="Delete"
      danger
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => patch !== null && remove.mutate(patch.id)}
    >
      <Text size="sm">
        {counted(patch?.operations ?? 0, "change")} from {patch?.source} to {patch?.target}. It cannot be
        looked at or applied any more; reviews of it stay as a record. What was applied of it can still be
        undone.
      </Text>
    </ConfirmDialog>
  );
}
