import { Tabs } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useMe } from "../../api/me.ts";
import { ownAddress } from "../../api/own-address.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { filterOf, tailWords } from "./audit-search.ts";
import { CheckpointsPanel } from "./checkpoints-panel.tsx";
import { EntriesPanel } from "./entries-panel.tsx";
import { VerifyPanel } from "./verify-panel.tsx";

const route = getRouteApi("/shell/audit");

const TABS = ["entries", "verify", "checkpoints"] as const;
type Tab = (typeof TABS)[number];

/** Who did what, and whether the log is what was written. */
export function AuditPage() {
  const me = useMe();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { tab = "entries" } = search;
  const address = ownAddress();
  const commands: Readonly<Record<Tab, readonly string[]>> = {
    entries: ["audit", "tail", ...tailWords(filterOf(search)), ...address],
    verify: ["audit", "verify", ...address],
    checkpoints: ["audit", "checkpoints", ...address],
  };
  const choose = (value: string | null) =>
    void navigate({
      search: (before) => ({
        ...before,
        tab: value === "entries" ? undefined : TABS.find((each) => each === value),
        entry: undefined,
      }),
    });
  return (
    <>
      <PageHeader
        title="Audit log"
        description="Who did what. Entries are chained by their hashes and vouched for by signed checkpoints; they are never changed or deleted."
        command={commandOf(["syncline", ...commands[tab]])}
      />
      {me.canEverywhere("audit:read") ? (
        <Tabs value={tab} onChange={choose} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="entries">Entries</Tabs.Tab>
            <Tabs.Tab value="verify">Verify</Tabs.Tab>
            <Tabs.Tab value="checkpoints">Checkpoints and export</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="entries">
            <EntriesPanel />
          </Tabs.Panel>
          <Tabs.Panel value="verify">
            <VerifyPanel />
          </Tabs.Panel>
          <Tabs.Panel value="checkpoints">
            <CheckpointsPanel />
          </Tabs.Panel>
        </Tabs>
      ) : (
        <div className="sl-card">
          <EmptyState icon={<IconLock size={28} aria-hidden />} title="The log belongs to all projects">
            It shows what was done in every project, so it takes a role in the whole organization. An
            administrator can grant one.
          </EmptyState>
        </div>
      )}
    </>
  );
}
