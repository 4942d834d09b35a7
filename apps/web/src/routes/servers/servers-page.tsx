import { Button, Tabs } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useMe } from "../../api/me.ts";
import { ownAddress } from "../../api/own-address.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { EnvironmentsPanel } from "./environments-panel.tsx";
import { ServerFormDialog } from "./server-form.tsx";
import { ServersPanel } from "./servers-panel.tsx";
import { useDatabases } from "./servers-query.ts";

const route = getRouteApi("/shell/servers");

const CHECK = "syncline config check --connect";

/** What can be compared and written to, and the environments that say what writing takes. */
export function ServersPage() {
  const me = useMe();
  const { tab = "servers", add = false } = route.useSearch();
  const navigate = route.useNavigate();
  const databases = useDatabases();
  const mayAdd = me.can("servers:write");
  const setAdding = (adding: boolean) =>
    void navigate({ search: (before) => ({ ...before, add: adding ? true : undefined }) });
  useShortcuts("Servers", mayAdd ? [{ keys: "n", label: "Add a server", run: () => setAdding(true) }] : []);
  const items = databases.data?.items ?? [];
  const environments = [...new Set(items.flatMap(({ environment }) => environment ?? []))];
  return (
    <>
      <PageHeader
        title="Servers"
        description={
          tab === "servers"
            ? "Databases that can be compared and written to: those of the config file and those added here."
            : "What a write takes: approvals, signatures, and freezes during which nothing is written."
        }
        command={
          tab === "servers"
            ? CHECK
            : commandOf(["syncline", "audit", "tail", "--action", "environment.*", ...ownAddress()])
        }
        {...(mayAdd
          ? {
              actions: (
                <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
                  Add a server
                </Button>
              ),
            }
          : {})}
      />
      <Tabs
        value={tab}
        onChange={(value) =>
          void navigate({ search: value === "environments" ? { tab: "environments" } : {} })
        }
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="servers">Servers</Tabs.Tab>
          <Tabs.Tab value="environments">Environments</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="servers">
          <ServersPanel onAdd={mayAdd ? () => setAdding(true) : null} />
        </Tabs.Panel>
        <Tabs.Panel value="environments">
          <EnvironmentsPanel />
        </Tabs.Panel>
      </Tabs>
      <ServerFormDialog
        opened={add && mayAdd}
        onClose={() => setAdding(false)}
        server={null}
        takenNames={items.map(({ server }) => server)}
        environments={environments}
        onSaved={({ name }) => void navigate({ to: "/servers/$name", params: { name }, search: {} })}
      />
    </>
  );
}
