import { Anchor, Button, Group, Stack, Switch, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlus, IconWebhook } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import { ShownOnce } from "../../components/shown-once.tsx";
import { DeliveriesDrawer } from "./deliveries-drawer.tsx";
import { WebhookDialog } from "./webhook-dialog.tsx";
import { type Webhook, webhooksQuery } from "./webhooks-query.ts";

const route = getRouteApi("/shell/settings");

/** Where alerts go, and what became of each message. */
export function WebhooksPanel() {
  const me = useMe();
  const queryClient = useQueryClient();
  const { webhook: shown } = route.useSearch();
  const navigate = route.useNavigate();
  const webhooks = useInfiniteQuery(webhooksQuery);
  const [edited, setEdited] = useState<Webhook | "new" | null>(null);
  const [removed, setRemoved] = useState<Webhook | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const mayWrite = me.canEverywhere("webhooks:write");
  const mayTest = me.canEverywhere("webhooks:test");
  const changed = () => queryClient.invalidateQueries({ queryKey: ["webhooks"] });
  const open = (webhook: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, webhook }), resetScroll: false });
  const test = useMutation({
    mutationFn: ({ id }: Webhook) => api.webhooks.testWebhook({ params: { id } }),
    onSuccess: async (_, { id }) => {
      open(id);
      await changed();
    },
  });
  const toggle = useMutation({
    mutationFn: ({ id, enabled }: Webhook) =>
      api.webhooks.updateWebhook({ params: { id }, body: { enabled: !enabled } }),
    onSuccess: changed,
  });
  const remove = useMutation({
    mutationFn: ({ id }: Webhook) => api.webhooks.removeWebhook({ params: { id } }),
    onSuccess: async () => {
      setRemoved(null);
      notifications.show({ message: "The webhook was removed." });
      await changed();
    },
  });
  const columns: readonly ListColumn<Webhook>[] = [
    {
      id: "name",
      header: "Webhook",
      cell: ({ id, name }) => (
        <Anchor
          component="button"
          type="button"
          inherit
          ta="left"
          fw={600}
          c="var(--sl-accent-text)"
          onClick={() => open(id)}
        >
          <bdi>{name}</bdi>
        </Anchor>
      ),
    },
    { id: "url", header: "Address", cell: ({ url }) => <bdi className="sl-mono">{url}</bdi> },
    {
      id: "events",
      header: "Events",
      cell: ({ events }) =>
        events.includes("*") ? "all" : <span className="sl-mono">{events.join(", ")}</span>,
    },
    {
      id: "origin",
      header: "Kept in",
      cell: ({ origin }) => (origin === "config" ? "the config file" : "Syncline"),
    },
    {
      id: "enabled",
      header: "On",
      cell: (webhook) => (
        <Switch
          aria-label={`${webhook.name} is on`}
          checked={webhook.enabled}
          disabled={!mayWrite || webhook.origin === "config" || toggle.isPending}
          onChange={() => toggle.mutate(webhook)}
        />
      ),
    },
    {
      id: "actions",
      header: <span className="sl-visually-hidden">Actions</span>,
      align: "right",
      cell: (webhook) => (
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          <Button variant="default" size="xs" onClick={() => open(webhook.id)}>
            Deliveries
          </Button>
          {mayTest && (
            <Button
              variant="default"
              size="xs"
              onClick={() => test.mutate(webhook)}
              loading={test.isPending && test.variables?.id === webhook.id}
            >
              Send a test
            </Button>
          )}
          {mayWrite && webhook.origin === "api" && (
            <>
              <Button variant="default" size="xs" onClick={() => setEdited(webhook)}>
                Change
              </Button>
              <Button variant="default" size="xs" onClick={() => setRemoved(webhook)}>
                Remove
              </Button>
            </>
          )}
        </Group>
      ),
    },
  ];
  const add = mayWrite ? (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited("new")}>
      Add a webhook
    </Button>
  ) : undefined;
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          Messages are signed after Standard Webhooks and tried again for a day when nobody takes them.
        </Text>
        {add}
      </Group>
      {[test.error, toggle.error].map(
        (error) => error !== null && <ErrorState key={error.message} what="It was not done" error={error} />,
      )}
      <PagesBoundary query={webhooks} failed="The webhooks could not be read">
        {(items, more) => (
          <>
            <ListTable
              label="Webhooks"
              rows={items}
              rowKey={({ id }) => id}
              columns={columns}
              empty={
                <EmptyState icon={<IconWebhook size={28} aria-hidden />} title="No webhooks" action={add}>
                  A webhook tells another system when a run fails, a pair drifts or a review waits.
                </EmptyState>
              }
              {...(more === undefined ? {} : { more })}
            />
            <DeliveriesDrawer
              webhookId={shown ?? null}
              name={items.find(({ id }) => id === shown)?.name ?? ""}
              onClose={() => open(undefined)}
            />
          </>
        )}
      </PagesBoundary>
      <WebhookDialog webhook={edited} onClose={() => setEdited(null)} onSecret={setSecret} />
      <ShownOnce title="The signing secret" what="secret" value={secret} onClose={() => setSecret(null)}>
        <Text size="sm">The receiver checks with it that messages come from this server, unchanged.</Text>
      </ShownOnce>
      <ConfirmDialog
        opened={removed !== null}
        onClose={() => setRemoved(null)}
        title={`Remove ${removed?.name ?? ""}?`}
        action="Remove the webhook"
        danger
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => removed !== null && remove.mutate(removed)}
      >
        <Text size="sm">Messages that wait are not sent any more, and its deliveries are forgotten.</Text>
      </ConfirmDialog>
    </Stack>
  );
}
