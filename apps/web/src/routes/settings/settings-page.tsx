import { Tabs } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useMe } from "../../api/me.ts";
import { ownAddress } from "../../api/own-address.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { LimitsPanel } from "./limits-panel.tsx";
import { ProjectsPanel } from "./projects-panel.tsx";
import { SealingPanel } from "./sealing-panel.tsx";
import { SETTINGS_TABS, type SettingsTab } from "./settings-tabs.ts";
import { WebhooksPanel } from "./webhooks-panel.tsx";
import { WorkersPanel } from "./workers-panel.tsx";

const route = getRouteApi("/shell/settings");

/** What the operator has set, and what is changed here. */
export function SettingsPage() {
  const me = useMe();
  const { tab: wanted = "limits" } = route.useSearch();
  const navigate = route.useNavigate();
  const address = ownAddress();
  const commands: Readonly<Record<SettingsTab, readonly string[]>> = {
    limits: ["config", "check"],
    webhooks: ["audit", "tail", "--action", "webhook.*", ...address],
    projects: ["audit", "tail", "--action", "project.*", ...address],
    workers: ["service", "status"],
    keys: ["secrets", "status", ...address],
  };
  const shown: Readonly<Record<SettingsTab, boolean>> = {
    limits: true,
    webhooks: me.canEverywhere("webhooks:read"),
    projects: true,
    workers: me.can("workers:read"),
    keys: me.canEverywhere("secrets:rotate"),
  };
  const tab = shown[wanted] ? wanted : "limits";
  const titles: Readonly<Record<SettingsTab, string>> = {
    limits: "Limits and features",
    webhooks: "Webhooks",
    projects: "Projects",
    workers: "Workers",
    keys: "Sealing and signing",
  };
  return (
    <>
      <PageHeader
        title="Settings"
        description="Limits and features are the operator's, in the config file and the environment; webhooks and projects are changed here."
        command={commandOf(["syncline", ...commands[tab]])}
      />
      <Tabs
        value={tab}
        onChange={(value) =>
          void navigate({
            search: { tab: value === "limits" ? undefined : SETTINGS_TABS.find((each) => each === value) },
          })
        }
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {SETTINGS_TABS.filter((each) => shown[each]).map((each) => (
            <Tabs.Tab key={each} value={each}>
              {titles[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="limits">
          <LimitsPanel />
        </Tabs.Panel>
        {shown.webhooks && (
          <Tabs.Panel value="webhooks">
            <WebhooksPanel />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="projects">
          <ProjectsPanel />
        </Tabs.Panel>
        {shown.workers && (
          <Tabs.Panel value="workers">
            <WorkersPanel />
          </Tabs.Panel>
        )}
        {shown.keys && (
          <Tabs.Panel value="keys">
            <SealingPanel />
          </Tabs.Panel>
        )}
      </Tabs>
    </>
  );
}
