import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconKey } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { ownAddress } from "../../api/own-address.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { GrantList } from "../people/grant-list.tsx";
import { KeyDialog } from "../people/key-dialog.tsx";
import { KeysTable } from "../people/keys-table.tsx";
import { ownKeysQuery, ownSessionsQuery, type Session } from "../people/people-query.ts";
import { SessionsTable } from "../people/sessions-table.tsx";
import { NameForm } from "./name-form.tsx";
import { PasswordForm } from "./password-form.tsx";
import { SigningKeys } from "./signing-keys.tsx";

/** One's own account. */
export function AccountPage() {
  const me = useMe();
  const { user } = me;
  return (
    <>
      <PageHeader
        title="Your account"
        description={user?.email ?? me.actor}
        {...(user === null
          ? {}
          : { command: commandOf(["syncline", "audit", "tail", "--person", user.email, ...ownAddress()]) })}
      />
      <Stack gap="xl" maw={900}>
        <Section id="name" title="Name">
          {user !== null && <NameForm name={user.name} />}
        </Section>
        <Section id="roles" title="Roles" about="An administrator grants them.">
          <GrantList grants={me.grants} />
        </Section>
        {user?.hasPassword === true && me.features.includes("password-sign-in") && (
          <Section id="password" title="Password" about="Other browsers are signed out when it changes.">
            <PasswordForm email={user.email} />
          </Section>
        )}
        <OwnSessions />
        <OwnKeys />
        {user !== null && me.can("reviews:read") && (
          <Section
            id="signing"
            title="Signing keys"
            about="With these your approvals are signed; the server keeps the private halves sealed."
          >
            <SigningKeys email={user.email} />
          </Section>
        )}
      </Stack>
    </>
  );
}

interface SectionProps {
  readonly id: string;
  readonly title: string;
  readonly about?: string;
  readonly action?: React.ReactNode;
  readonly children: React.ReactNode;
}

function Section({ id, title, about, action, children }: SectionProps) {
  return (
    <section aria-labelledby={`own-${id}`}>
      <Group justify="space-between" mb="xs" align="flex-end">
        <div>
          <Title order={2} id={`own-${id}`}>
            {title}
          </Title>
          {about !== undefined && (
            <Text size="sm" c="dimmed">
              {about}
            </Text>
          )}
        </div>
        {action}
      </Group>
      {children}
    </section>
  );
}

function OwnSessions() {
  const queryClient = useQueryClient();
  const sessions = useQuery(ownSessionsQuery);
  const changed = () => queryClient.invalidateQueries({ queryKey: ["sessions"] });
  const end = useMutation({
    mutationFn: ({ id }: Session) => api.signIn.endMySession({ params: { id } }),
    onSuccess: async () => {
      notifications.show({ message: "That browser is signed out." });
      await changed();
    },
  });
  const endOthers = useMutation({
    mutationFn: () => api.signIn.endMySessions(),
    onSuccess: async () => {
      notifications.show({ message: "All other browsers are signed out." });
      await changed();
    },
  });
  const others = sessions.data?.items.filter(({ current }) => !current).length ?? 0;
  return (
    <Section
      id="sessions"
      title="Signed in"
      about="Do you not know one of them? Sign it out and change your password."
      action={
        others > 0 && (
          <Button
            variant="default"
            size="xs"
            onClick={() => endOthers.mutate()}
            loading={endOthers.isPending}
          >
            Sign out everywhere else
          </Button>
        )
      }
    >
      {[end.error, endOthers.error].map(
        (error) => error !== null && <ErrorState key="error" what="It was not signed out" error={error} />,
      )}
      <QueryBoundary query={sessions} failed="Your sessions could not be read">
        {({ items }) => <SessionsTable sessions={items} onEnd={(session) => end.mutate(session)} />}
      </QueryBoundary>
    </Section>
  );
}

function OwnKeys() {
  const keys = useInfiniteQuery(ownKeysQuery);
  const [making, setMaking] = useState(false);
  const make = (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconKey size={14} aria-hidden />}
      onClick={() => setMaking(true)}
    >
      Make a key
    </Button>
  );
  return (
    <Section
      id="keys"
      title="Keys of your own"
      about="For your terminal and scripts: they stand for you and can do what you may, at most."
      action={make}
    >
      <PagesBoundary query={keys} failed="Your keys could not be read">
        {(items, more) => (
          <KeysTable
            keys={items}
            ended={false}
            mayChange
            own
            more={more}
            empty={
              <EmptyState title="No keys of your own">
                Make one and give it to the command line as SYNCLINE_API_KEY.
              </EmptyState>
            }
          />
        )}
      </PagesBoundary>
      <KeyDialog kind="own" opened={making} onClose={() => setMaking(false)} />
    </Section>
  );
}
