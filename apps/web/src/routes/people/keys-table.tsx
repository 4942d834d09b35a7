import { Button, Group, Select, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { ShownOnce } from "../../components/shown-once.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { daysText } from "../servers/days-text.ts";
import { keyState } from "./key-state.ts";
import { type ApiKey, projectsQuery } from "./people-query.ts";
import { scopesText } from "./scope-groups.ts";

interface KeysTableProps {
  readonly keys: readonly ApiKey[];
  /** Also those that ended. */
  readonly ended: boolean;
  readonly mayChange: boolean;
  /** One's own keys: they are not rotated, a new one is made. */
  readonly own: boolean;
  readonly more: { readonly load: () => void; readonly loading: boolean } | undefined;
  readonly empty: ReactNode;
}

const DAY = 24 * 3600;
const OVERLAPS = [0, 3600, DAY, 7 * DAY, 30 * DAY];

/** API keys without their secrets; each can be replaced and ended. */
export function KeysTable({ keys, ended, mayChange, own, more, empty }: KeysTableProps) {
  const me = useMe();
  const queryClient = useQueryClient();
  const projects = useQuery({ ...projectsQuery, enabled: !own });
  const [asked, setAsked] = useState<{ readonly what: "rotate" | "revoke"; readonly key: ApiKey } | null>(
    null,
  );
  const [overlap, setOverlap] = useState(DAY);
  const [made, setMade] = useState<string | null>(null);
  const changed = async () => {
    setAsked(null);
    await queryClient.invalidateQueries({ queryKey: ["keys"] });
  };
  const rotate = useMutation({
    mutationFn: ({ id }: ApiKey) =>
      api.access.rotateKey({ params: { id }, body: { overlapSeconds: overlap } }),
    onSuccess: async ({ key }) => {
      setMade(key);
      await changed();
    },
  });
  const revoke = useMutation({
    mutationFn: ({ id }: ApiKey) =>
      own ? api.access.revokeMyKey({ params: { id } }) : api.access.revokeKey({ params: { id } }),
    onSuccess: async () => {
      notifications.show({ message: "The key works no more." });
      await changed();
    },
  });
  const now = Date.now();
  const columns: readonly ListColumn<ApiKey>[] = [
    {
      id: "name",
      header: "Key",
      cell: ({ name, publicId }) => (
        <>
          <Text component="span" inherit fw={600}>
            <bdi>{name}</bdi>
          </Text>{" "}
          <Text component="span" size="xs" c="dimmed" className="sl-mono">
            slk_{publicId}_…
          </Text>
        </>
      ),
    },
    {
      id: "state",
      header: "State",
      cell: (key) => {
        const state = keyState(key, now);
        return <StateBadge state={state === "live" ? "done" : "expired"} label={state} />;
      },
    },
    {
      id: "scopes",
      header: "May",
      cell: ({ scopes }) => <span title={scopes.join(", ")}>{scopesText(scopes)}</span>,
    },
    ...(own
      ? []
      : ([
          {
            id: "for",
            header: "For",
            cell: ({ userId, projectId, createdBy }) =>
              userId === null
                ? projectId === null
                  ? "a program, in all projects"
                  : `a program, in ${projects.data?.items.find(({ id }) => id === projectId)?.slug ?? "a project"}`
                : actorText(createdBy),
          },
        ] satisfies ListColumn<ApiKey>[])),
    { id: "made", header: "Made", cell: ({ createdAt }) => <Ago at={createdAt} /> },
    { id: "used", header: "Last used", cell: ({ lastUsedAt }) => <Ago at={lastUsedAt} /> },
    {
      id: "ends",
      header: "Ends",
      cell: ({ expiresAt }) => (expiresAt === null ? "never" : <Ago at={expiresAt} />),
    },
    {
      id: "actions",
      header: <span className="sl-visually-hidden">Actions</span>,
      align: "right",
      cell: (key) =>
        mayChange && keyState(key, now) === "live" ? (
          <Group gap="xs" justify="flex-end" wrap="nowrap">
            {!own && (key.userId === null || key.userId === me.user?.id) && (
              <Button variant="default" size="xs" onClick={() => setAsked({ what: "rotate", key })}>
                Rotate
              </Button>
            )}
            <Button variant="default" size="xs" onClick={() => setAsked({ what: "revoke", key })}>
              Revoke
            </Button>
          </Group>
        ) : null,
    },
  ];
  const name = asked?.key.name ?? "";
  return (
    <>
      <ListTable
        label="API keys"
        rows={keys.filter((key) => ended || keyState(key, now) === "live")}
        rowKey={({ id }) => id}
        columns={columns}
        empty={empty}
        {...(more === undefined ? {} : { more })}
      />
      <ConfirmDialog
        opened={asked?.what === "rotate"}
        onClose={() => setAsked(null)}
        title={`Rotate ${name}?`}
        action="Make the new key"
        busy={rotate.isPending}
        error={rotate.error}
        onConfirm={() => asked !== null && rotate.mutate(asked.key)}
      >
        <Text size="sm">A new key with the same scopes is made. Both work until the older one ends.</Text>
        <Select
          label="The older one works for"
          value={String(overlap)}
          onChange={(value) => setOverlap(Number(value ?? overlap))}
          allowDeselect={false}
          data={OVERLAPS.map((each) => ({
            value: String(each),
            label: each === 0 ? "not a moment longer" : daysText(each),
          }))}
        />
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked?.what === "revoke"}
        onClose={() => setAsked(null)}
        title={`Revoke ${name}?`}
        action="Revoke"
        danger
        busy={revoke.isPending}
        error={revoke.error}
        onConfirm={() => asked !== null && revoke.mutate(asked.key)}
      >
        <Text size="sm">Whatever uses it is refused at once. It cannot be brought back.</Text>
      </ConfirmDialog>
      <ShownOnce title="The new key" what="key" value={made} onClose={() => setMade(null)}>
        <Text size="sm">Put it where the older one is used, as SYNCLINE_API_KEY.</Text>
      </ShownOnce>
    </>
  );
}
