import { Button, Tabs } from "@mantine/core";
import { IconKey, IconUserPlus } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../../api/me.ts";
import { ownAddress } from "../../api/own-address.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { InvitationsPanel } from "./invitations-panel.tsx";
import { InviteDialog } from "./invite-dialog.tsx";
import { KeyDialog } from "./key-dialog.tsx";
import { KeysPanel } from "./keys-panel.tsx";
import { PeoplePanel } from "./people-panel.tsx";

const route = getRouteApi("/shell/people");

const TABS = ["people", "invitations", "keys"] as const;
type Tab = (typeof TABS)[number];

/** Who may do what: people, links that invite them, keys of programs. */
export function PeoplePage() {
  const me = useMe();
  const { tab: wanted = "people" } = route.useSearch();
  const navigate = route.useNavigate();
  const [dialog, setDialog] = useState<"invite" | "key" | null>(null);
  const mayInvite = me.can("people:write");
  const mayMakeKeys = me.can("keys:write");
  const mayReadKeys = me.can("keys:read");
  const tab = wanted === "keys" && !mayReadKeys ? "people" : wanted;
  useShortcuts("People and keys", [
    ...(mayInvite ? [{ keys: "i", label: "Invite somebody", run: () => setDialog("invite") }] : []),
    ...(mayMakeKeys ? [{ keys: "n", label: "Make an API key", run: () => setDialog("key") }] : []),
  ]);
  const commands: Readonly<Record<Tab, readonly string[]>> = {
    people: ["people", "list"],
    invitations: ["people", "invite", "ada@example.com", "--role", "viewer"],
    keys: ["audit", "tail", "--action", "api_key.*"],
  };
  return (
    <>
      <PageHeader
        title="People and keys"
        description="Roles hold in the whole organization, in a project, or in one environment of it. Keys are for programs."
        command={commandOf(["syncline", ...commands[tab], ...ownAddress()])}
        actions={
          <>
            {mayMakeKeys && (
              <Button
                variant={tab === "keys" ? "filled" : "default"}
                leftSection={<IconKey size={16} aria-hidden />}
                onClick={() => setDialog("key")}
              >
                Make an API key
              </Button>
            )}
            {mayInvite && (
              <Button
                variant={tab === "keys" ? "default" : "filled"}
                leftSection={<IconUserPlus size={16} aria-hidden />}
                onClick={() => setDialog("invite")}
              >
                Invite somebody
              </Button>
            )}
          </>
        }
      />
      <Tabs
        value={tab}
        onChange={(value) =>
          void navigate({
            search: { tab: value === "people" ? undefined : TABS.find((each) => each === value) },
          })
        }
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="people">People</Tabs.Tab>
          <Tabs.Tab value="invitations">Links</Tabs.Tab>
          {mayReadKeys && <Tabs.Tab value="keys">API keys</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="people">
          <PeoplePanel onInvite={mayInvite ? () => setDialog("invite") : null} />
        </Tabs.Panel>
        <Tabs.Panel value="invitations">
          <InvitationsPanel onInvite={mayInvite ? () => setDialog("invite") : null} />
        </Tabs.Panel>
        {mayReadKeys && (
          <Tabs.Panel value="keys">
            <KeysPanel onMake={mayMakeKeys ? () => setDialog("key") : null} />
          </Tabs.Panel>
        )}
      </Tabs>
      <InviteDialog opened={dialog === "invite"} onClose={() => setDialog(null)} />
      <KeyDialog kind="program" opened={dialog === "key"} onClose={() => setDialog(null)} />
    </>
  );
}
