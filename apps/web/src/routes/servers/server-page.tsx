import { Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlugConnected, IconServer } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { Ago } from "../../components/ago.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { EnvironmentBadge } from "../../components/environment-badge.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { Facts } from "../../components/facts.tsx";
import { PageButton } from "../../components/page-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { useEnvironments } from "./environments-query.ts";
import { FreezeDialog } from "./freeze-dialog.tsx";
import { ProtectionBadge } from "./protection-badge.tsx";
import { ServerFormDialog } from "./server-form.tsx";
import { type Database, useDatabases, useStoredServers, wholeTenant } from "./servers-query.ts";
import { tenancyText } from "./tenancy-text.ts";
import { TenantsPanel } from "./tenants-panel.tsx";
import { TestResult } from "./test-result.tsx";

const route = getRouteApi("/shell/servers/$name");

/** One server: what it is, whether it answers, what is on it. */
export function ServerPage() {
  const { name } = route.useParams();
  const { tenant } = route.useSearch();
  const databases = useDatabases();
  const server = databases.data?.items.find((each) => each.server === name);
  const trail = [
    <PageLink key="servers" to="/servers" search={{}}>
      Servers
    </PageLink>,
  ];
  if (server === undefined)
    return (
      <>
        <PageHeader title={name} trail={trail} />
        {databases.error !== null && (
          <ErrorState
            what="The server could not be read"
            error={databases.error}
            retry={() => void databases.refetch()}
          />
        )}
        {databases.isPending && <Skeleton height={160} />}
        {databases.data !== undefined && (
          <EmptyState
            icon={<IconServer size={28} aria-hidden />}
            title={`There is no server ${name}`}
            action={
              <PageButton to="/servers" search={{}}>
                All servers
              </PageButton>
            }
          >
            It was removed, or it belongs to another project.
          </EmptyState>
        )}
      </>
    );
  const command =
    tenant === undefined
      ? "syncline config check --connect"
      : commandOf(["syncline", "pull", wholeTenant({ server: name, tenant }), "./rows"]);
  return <KnownServer server={server} trail={trail} command={command} />;
}

interface KnownServerProps {
  readonly server: Database;
  readonly trail: readonly React.ReactNode[];
  readonly command: string;
}

function KnownServer({ server, trail, command }: KnownServerProps) {
  const { server: name, environment, origin } = server;
  const me = useMe();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const [dialog, setDialog] = useState<"edit" | "remove" | "freeze" | null>(null);
  const mayTest = me.can("databases:test", environment);
  const mayWrite = origin === "api" && me.can("servers:write");
  const stored = useStoredServers(origin === "api" && me.can("servers:read"));
  const record = stored.data?.items.find((each) => each.name === name);
  const environments = useEnvironments();
  const own = environments.data?.find((each) => each.name === environment);
  const test = useMutation({
    mutationFn: () => api.databases.testDatabase({ body: { server: name } }),
  });
  const remove = useMutation({
    mutationFn: () => api.databases.removeServer({ params: { id: record?.id ?? "" } }),
    onSuccess: async () => {
      notifications.show({ message: `${name} was removed.` });
      await navigate({ to: "/servers", search: {} });
      await Promise.all(
        ["servers", "databases"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })),
      );
    },
  });
  return (
    <>
      <PageHeader
        title={name}
        trail={trail}
        places={[name]}
        badges={<ProtectionBadge protection={server.protection} />}
        command={command}
        actions={
          <>
            <Button
              leftSection={<IconPlugConnected size={16} aria-hidden />}
              onClick={() => test.mutate()}
              loading={test.isPending}
              disabled={!mayTest}
              title={mayTest ? "" : "Your roles do not let you connect to it."}
            >
              Test the connection
            </Button>
            {mayWrite && record !== undefined && (
              <>
                <Button variant="default" onClick={() => setDialog("edit")}>
                  Change
                </Button>
                <Button variant="default" onClick={() => setDialog("remove")}>
                  Remove
                </Button>
              </>
            )}
          </>
        }
      />
      <Stack gap="lg">
        <div aria-live="polite">
          {test.data !== undefined && <TestResult test={test.data} />}
          {test.error !== null && (
            <ErrorState what="It was not tested" error={test.error} retry={() => test.mutate()} />
          )}
        </div>
        <div className="sl-card" style={{ padding: "var(--mantine-spacing-md)" }}>
          <Facts
            facts={[
              ["Address", <AddressText key="address" server={server} />],
              [
                "Environment",
                environment === null ? (
                  "none: no approvals and no freezes hold here"
                ) : (
                  <Group key="environment" gap="sm">
                    <EnvironmentBadge name={environment} />
                    {own !== undefined && own.frozen !== null && (
                      <Text component="span" size="sm" c="var(--sl-update)">
                        frozen: {own.frozen.reason}
                      </Text>
                    )}
                    {own !== undefined && me.can("environments:write", environment) && (
                      <Button variant="default" size="compact-xs" onClick={() => setDialog("freeze")}>
                        {own.frozen === null ? "Freeze" : "Thaw"}
                      </Button>
                    )}
                  </Group>
                ),
              ],
              ["Tenants are", tenancyText(server.tenancy).tenants],
              [
                "Kept in",
                origin === "config" ? "the config file, which alone can change it" : "Syncline, sealed",
              ],
              ...(record === undefined
                ? []
                : ([["Changed", <Ago key="changed" at={record.updatedAt} />]] as const)),
            ]}
          />
        </div>
        <section aria-labelledby="tenants">
          <Title order={2} id="tenants" mb="xs">
            Tenants and tables
          </Title>
          {mayTest ? (
            <TenantsPanel server={server} />
          ) : (
            <Text size="sm" c="dimmed">
              Your roles do not let you connect to it, so its tables are not listed.
            </Text>
          )}
        </section>
      </Stack>
      {record !== undefined && (
        <ServerFormDialog
          opened={dialog === "edit"}
          onClose={() => setDialog(null)}
          server={record}
          takenNames={[]}
          environments={(environments.data ?? []).map((each) => each.name)}
          onSaved={() => {
            setDialog(null);
            test.reset();
          }}
        />
      )}
      <ConfirmDialog
        opened={dialog === "remove"}
        onClose={() => setDialog(null)}
        title={`Remove ${name}?`}
        action={`Remove ${name}`}
        typed={name}
        danger
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
      >
        <Text size="sm">
          Its sealed URL is deleted. Jobs that name it fail until a server of that name is there again. The
          database itself is not touched.
        </Text>
      </ConfirmDialog>
      <FreezeDialog
        environment={dialog === "freeze" ? (own ?? null) : null}
        onClose={() => setDialog(null)}
      />
    </>
  );
}

function AddressText({ server: { address, problem } }: { readonly server: Database }) {
  if (address !== null) return <span className="sl-mono">{address}</span>;
  return (
    <Text component="span" size="sm" c="var(--sl-delete)">
      cannot be read: <span className="sl-mono">{problem}</span>
    </Text>
  );
}
