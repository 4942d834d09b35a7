import { Button, Group, Stack, Switch, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { environmentsQuery } from "../servers/environments-query.ts";
import { GrantList } from "./grant-list.tsx";
import { LinkShown } from "./invite-dialog.tsx";
import { type Invitation, invitationsQuery, type NewLink, projectsQuery } from "./people-query.ts";

const route = getRouteApi("/shell/people");

/** Links that were made: invitations, and those for new passwords. */
export function InvitationsPanel({ onInvite }: { readonly onInvite: (() => void) | null }) {
  const me = useMe();
  const { ended = false } = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const invitations = useInfiniteQuery(invitationsQuery);
  const named = useNamedGrants();
  const [link, setLink] = useState<NewLink | null>(null);
  const [ending, setEnding] = useState<Invitation | null>(null);
  const changed = () => queryClient.invalidateQueries({ queryKey: ["invitations"] });
  const resend = useMutation({
    mutationFn: ({ id }: Invitation) => api.people.resendInvitation({ params: { id }, body: {} }),
    onSuccess: async (made) => {
      setLink(made);
      await changed();
    },
  });
  const revoke = useMutation({
    mutationFn: ({ id }: Invitation) => api.people.revokeInvitation({ params: { id } }),
    onSuccess: async () => {
      setEnding(null);
      notifications.show({ message: "The link does not work any more." });
      await changed();
    },
  });
  const mayChange = me.can("people:write");
  const columns: readonly ListColumn<Invitation>[] = [
    {
      id: "email",
      header: "For",
      cell: ({ email }) => <bdi className="sl-mono">{email ?? "the first administrator"}</bdi>,
    },
    {
      id: "kind",
      header: "Link",
      cell: ({ kind }) => (kind === "reset" ? "a new password" : "an invitation"),
    },
    {
      id: "grants",
      header: "Roles",
      cell: ({ kind, grants }) => (kind === "reset" ? "as they are" : <GrantList grants={named(grants)} />),
    },
    {
      id: "state",
      header: "State",
      cell: ({ state }) => <StateBadge state={state === "used" ? "done" : state} label={state} />,
    },
    { id: "by", header: "Made by", cell: ({ createdBy }) => actorText(createdBy) },
    { id: "made", header: "Made", cell: ({ createdAt }) => <Ago at={createdAt} /> },
    { id: "until", header: "Works until", cell: ({ expiresAt }) => <Ago at={expiresAt} /> },
    {
      id: "actions",
      header: <span className="sl-visually-hidden">Actions</span>,
      align: "right",
      cell: (invitation) =>
        mayChange && invitation.state !== "used" && invitation.kind === "invitation" ? (
          <Group gap="xs" justify="flex-end" wrap="nowrap">
            <Button
              variant="default"
              size="xs"
              onClick={() => resend.mutate(invitation)}
              loading={resend.isPending && resend.variables?.id === invitation.id}
            >
              Another link
            </Button>
            {invitation.state === "open" && (
              <Button variant="default" size="xs" onClick={() => setEnding(invitation)}>
                End it
              </Button>
            )}
          </Group>
        ) : mayChange && invitation.state === "open" ? (
          <Button variant="default" size="xs" onClick={() => setEnding(invitation)}>
            End it
          </Button>
        ) : null,
    },
  ];
  return (
    <Stack gap="md">
      <Group justify="flex-end">
        <Switch
          label="Also those that ended"
          checked={ended}
          onChange={(event) => {
            const { checked } = event.currentTarget;
            void navigate({
              search: (before) => ({ ...before, ended: checked ? true : undefined }),
              replace: true,
            });
          }}
        />
      </Group>
      {resend.error !== null && <ErrorState what="No other link was made" error={resend.error} />}
      <PagesBoundary query={invitations} failed="The links could not be read">
        {(items, more) => (
          <ListTable
            label="Links"
            rows={items.filter(({ state }) => ended || state === "open")}
            rowKey={({ id }) => id}
            columns={columns}
            empty={
              <EmptyState
                title="No open links"
                action={onInvite === null ? undefined : <Button onClick={onInvite}>Invite somebody</Button>}
              >
                Invite somebody: they get a link, choose their password and have the roles that you gave.
              </EmptyState>
            }
            {...(more === undefined ? {} : { more })}
          />
        )}
      </PagesBoundary>
      <LinkShown link={link} onClose={() => setLink(null)} />
      <ConfirmDialog
        opened={ending !== null}
        onClose={() => setEnding(null)}
        title="End this link?"
        action="End the link"
        busy={revoke.isPending}
        error={revoke.error}
        onConfirm={() => ending !== null && revoke.mutate(ending)}
      >
        <Text size="sm">
          The link for <bdi className="sl-mono">{ending?.email ?? "the first administrator"}</bdi> stops
          working at once.
        </Text>
      </ConfirmDialog>
    </Stack>
  );
}

/** Invitations name places by their ids alone. */
function useNamedGrants() {
  const projects = useQuery(projectsQuery);
  const environments = useQuery(environmentsQuery);
  return (grants: Invitation["grants"]) =>
    grants.map((grant) => ({
      ...grant,
      project: projects.data?.items.find(({ id }) => id === grant.projectId)?.slug ?? null,
      environment: environments.data?.items.find(({ id }) => id === grant.environmentId)?.name ?? null,
    }));
}
