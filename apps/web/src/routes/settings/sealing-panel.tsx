import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { AnswerOf, secrets } from "@syncline/api";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { Count } from "../../components/count.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { counted } from "../../components/number-text.ts";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { StateBadge } from "../../components/state-badge.tsx";

type MasterKey = AnswerOf<typeof secrets.secretsStatus>["keys"][number];

const sealingQuery = queryOptions({
  queryKey: ["secrets"],
  queryFn: ({ signal }) => api.secrets.secretsStatus({ signal }),
});

const COLUMNS: readonly ListColumn<MasterKey>[] = [
  {
    id: "id",
    header: "Master key",
    cell: ({ id }) => <span className="sl-mono">{id ?? "not sealed yet"}</span>,
  },
  {
    id: "state",
    header: "State",
    cell: ({ current, known }) =>
      current ? (
        <StateBadge state="done" label="seals what is new" />
      ) : known ? (
        <StateBadge state="open" label="still opens" />
      ) : (
        <StateBadge state="failed" label="not known to this server" />
      ),
  },
  { id: "secrets", header: "Secrets", align: "right", cell: ({ secrets: count }) => <Count value={count} /> },
];

/** Under which master key secrets are sealed, and the key that signs checkpoints. */
export function SealingPanel() {
  const queryClient = useQueryClient();
  const sealing = useQuery(sealingQuery);
  const [asked, setAsked] = useState(false);
  const rewrap = useMutation({
    mutationFn: () => api.secrets.rewrapSecrets(),
    onSuccess: async ({ rewrapped, failed }) => {
      const rest = failed === 0 ? "" : ` ${counted(failed, "secret")} could not be opened.`;
      notifications.show({ message: `${counted(rewrapped, "secret")} were sealed anew.${rest}` });
      await queryClient.invalidateQueries({ queryKey: ["secrets"] });
    },
  });
  const rotate = useMutation({
    mutationFn: () => api.audit.rotateAuditKey(),
    onSuccess: async () => {
      setAsked(false);
      await queryClient.invalidateQueries({ queryKey: ["audit"] });
    },
  });
  return (
    <Stack gap="xl" maw={900}>
      <section aria-labelledby="sealing">
        <Group justify="space-between" align="flex-end" mb="xs" wrap="nowrap">
          <div>
            <Title order={2} id="sealing">
              Sealed secrets
            </Title>
            <Text size="sm" c="dimmed">
              Addresses of servers, secrets of webhooks and signing keys. After a change of the master key
              they are sealed anew under it.
            </Text>
          </div>
          <Button
            variant="default"
            style={{ flex: "none" }}
            onClick={() => rewrap.mutate()}
            loading={rewrap.isPending}
          >
            Seal all anew
          </Button>
        </Group>
        {rewrap.error !== null && <ErrorState what="They were not sealed anew" error={rewrap.error} />}
        <QueryBoundary query={sealing} failed="The state of sealing could not be read">
          {({ keys }) => (
            <ListTable
              label="Master keys"
              rows={keys}
              rowKey={({ id }) => id ?? ""}
              columns={COLUMNS}
              empty={<EmptyState title="Nothing is sealed yet" />}
            />
          )}
        </QueryBoundary>
      </section>
      <section aria-labelledby="signing">
        <Group justify="space-between" align="flex-end" mb="xs" wrap="nowrap">
          <div>
            <Title order={2} id="signing">
              Key of the audit log
            </Title>
            <Text size="sm" c="dimmed">
              It signs checkpoints. The older key vouches for the new one, so that checkpoints of before still
              count.
            </Text>
          </div>
          <Button variant="default" style={{ flex: "none" }} onClick={() => setAsked(true)}>
            Rotate the key
          </Button>
        </Group>
        {rotate.data !== undefined && (
          <Text size="sm" role="status">
            From now on <span className="sl-mono">{rotate.data.to}</span> signs, in place of{" "}
            <span className="sl-mono">{rotate.data.from}</span>. Tell whoever verifies with a key that they
            know.
          </Text>
        )}
      </section>
      <ConfirmDialog
        opened={asked}
        onClose={() => setAsked(false)}
        title="Rotate the key of the audit log?"
        action="Rotate the key"
        busy={rotate.isPending}
        error={rotate.error}
        onConfirm={() => rotate.mutate()}
      >
        <Text size="sm">
          Checkpoints are signed by another key from now on. Whoever verifies with `--signer` needs the new
          public key.
        </Text>
      </ConfirmDialog>
    </Stack>
  );
}
