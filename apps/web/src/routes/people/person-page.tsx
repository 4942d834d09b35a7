import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { ownAddress } from "../../api/own-address.ts";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { Facts } from "../../components/facts.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { StateBadge } from "../../components/state-badge.tsx";
import { GrantList } from "./grant-list.tsx";
import { grantKey, type NamedGrant } from "./grant-text.ts";
import { GrantsEditor } from "./grants-editor.tsx";
import { LinkShown, toGrant } from "./invite-dialog.tsx";
import { type NewLink, type Person, personQuery, sessionsQuery } from "./people-query.ts";
import { SessionsTable } from "./sessions-table.tsx";

const route = getRouteApi("/shell/people/$userId");

/** Somebody's account: roles, browsers, whether it is active. */
export function PersonPage() {
  const { userId } = route.useParams();
  const person = useQuery(personQuery(userId));
  const trail = [
    <PageLink key="people" to="/people" search={{}}>
      People and keys
    </PageLink>,
  ];
  if (person.data === undefined)
    return (
      <>
        <PageHeader title="Person" trail={trail} />
        <QueryBoundary query={person} failed="The account could not be read">
          {() => null}
        </QueryBoundary>
      </>
    );
  return <KnownPerson person={person.data} trail={trail} />;
}

interface KnownPersonProps {
  readonly person: Person;
  readonly trail: readonly React.ReactNode[];
}

function KnownPerson({ person, trail }: KnownPersonProps) {
  const { id, name, email, deactivatedAt, hasPassword } = person;
  const me = useMe();
  const queryClient = useQueryClient();
  const [link, setLink] = useState<NewLink | null>(null);
  const [asked, setAsked] = useState<"active" | "reset" | "sessions" | null>(null);
  const active = deactivatedAt === null;
  const mayChange = me.can("people:write");
  const maySeeSessions = me.canEverywhere("people:read");
  const sessions = useQuery({ ...sessionsQuery(id), enabled: maySeeSessions });
  const changed = async () => {
    setAsked(null);
    await Promise.all(
      ["people", "sessions", "me"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })),
    );
  };
  const setActive = useMutation({
    mutationFn: () => api.people.updatePerson({ params: { id }, body: { active: !active } }),
    onSuccess: async () => {
      notifications.show({
        message: active ? `${name} cannot sign in any more.` : `${name} may sign in again.`,
      });
      await changed();
    },
  });
  const reset = useMutation({
    mutationFn: () => api.people.resetPassword({ params: { id }, body: {} }),
    onSuccess: async (made) => {
      setLink(made);
      await changed();
    },
  });
  const endSessions = useMutation({
    mutationFn: () => api.people.endSessions({ params: { id } }),
    onSuccess: async () => {
      notifications.show({ message: `${name} is signed out everywhere.` });
      await changed();
    },
  });
  return (
    <>
      <PageHeader
        title={name}
        trail={trail}
        badges={active ? undefined : <StateBadge state="expired" label="deactivated" />}
        command={commandOf(["syncline", "audit", "tail", "--person", email, ...ownAddress()])}
        actions={
          mayChange ? (
            <>
              {active && hasPassword && (
                <Button variant="default" onClick={() => setAsked("reset")}>
                  Link for a new password
                </Button>
              )}
              <Button
                variant="default"
                onClick={() => setAsked("active")}
                disabled={me.user?.id === id}
                title={me.user?.id === id ? "Somebody else has to deactivate your account." : ""}
              >
                {active ? "Deactivate" : "Reactivate"}
              </Button>
            </>
          ) : undefined
        }
      />
      <Stack gap="lg" maw={900}>
        <div className="sl-card" style={{ padding: "var(--mantine-spacing-md)" }}>
          <Facts
            facts={[
              [
                "E-mail",
                <bdi key="email" className="sl-mono">
                  {email}
                </bdi>,
              ],
              ["Signs in by", hasPassword ? "password" : "the identity provider"],
              ["Last sign-in", <Ago key="last" at={person.lastSignInAt} />],
              [
                "Account made",
                <Group key="made" gap={6}>
                  <Ago at={person.createdAt} /> by {actorText(person.createdBy)}
                </Group>,
              ],
              [
                "What they did",
                <PageLink key="audit" to="/audit" search={{ person: email }}>
                  in the audit log
                </PageLink>,
              ],
            ]}
          />
        </div>
        <RolesForm
          key={person.grants.map(grantKey).join()}
          person={person}
          mayChange={mayChange}
          onSaved={changed}
        />
        {maySeeSessions && (
          <section aria-labelledby="sessions">
            <Group justify="space-between" mb="xs">
              <Title order={2} id="sessions">
                Signed in
              </Title>
              {mayChange && (sessions.data?.items.length ?? 0) > 0 && (
                <Button variant="default" size="xs" onClick={() => setAsked("sessions")}>
                  Sign out everywhere
                </Button>
              )}
            </Group>
            <QueryBoundary query={sessions} failed="The sessions could not be read">
              {({ items }) => <SessionsTable sessions={items} />}
            </QueryBoundary>
          </section>
        )}
      </Stack>
      <LinkShown link={link} onClose={() => setLink(null)} />
      <ConfirmDialog
        opened={asked === "active"}
        onClose={() => setAsked(null)}
        title={active ? `Deactivate ${name}?` : `Reactivate ${name}?`}
        action={active ? "Deactivate" : "Reactivate"}
        danger={active}
        busy={setActive.isPending}
        error={setActive.error}
        onConfirm={() => setActive.mutate()}
      >
        <Text size="sm">
          {active
            ? "They are signed out everywhere at once, their own keys stop working, and their approvals that were not used count no more. What they did stays in the log."
            : "They may sign in again, with the roles that they have."}
        </Text>
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === "reset"}
        onClose={() => setAsked(null)}
        title={`A new password for ${name}?`}
        action="Make the link"
        busy={reset.isPending}
        error={reset.error}
        onConfirm={() => reset.mutate()}
      >
        <Text size="sm">
          You get a link that works once, for a day. The old password works until they use it.
        </Text>
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === "sessions"}
        onClose={() => setAsked(null)}
        title={`Sign ${name} out everywhere?`}
        action="Sign out"
        busy={endSessions.isPending}
        error={endSessions.error}
        onConfirm={() => endSessions.mutate()}
      >
        <Text size="sm">All their browsers have to sign in again. What they were typing stays there.</Text>
      </ConfirmDialog>
    </>
  );
}

interface RolesFormProps {
  readonly person: Person;
  readonly mayChange: boolean;
  readonly onSaved: () => Promise<void>;
}

function RolesForm({ person, mayChange, onSaved }: RolesFormProps) {
  const [grants, setGrants] = useState<readonly NamedGrant[]>(person.grants);
  const keys = (all: readonly NamedGrant[]) => all.map(grantKey).sort().join();
  const differs = keys(grants) !== keys(person.grants);
  const save = useMutation({
    mutationFn: () => {
      const has = new Set(person.grants.map(grantKey));
      const wanted = new Set(grants.map(grantKey));
      return api.people.updatePerson({
        params: { id: person.id },
        body: {
          addGrants: grants.filter((grant) => !has.has(grantKey(grant))).map(toGrant),
          removeGrants: person.grants.filter((grant) => !wanted.has(grantKey(grant))).map(toGrant),
        },
      });
    },
    onSuccess: async () => {
      notifications.show({ message: `The roles of ${person.name} were saved.` });
      await onSaved();
    },
  });
  return (
    <section aria-labelledby="roles">
      <Title order={2} id="roles" mb="xs">
        Roles
      </Title>
      {mayChange ? (
        <Stack gap="sm">
          <GrantsEditor grants={grants} onChange={setGrants} />
          {save.error !== null && <ErrorState what="The roles were not saved" error={save.error} />}
          <Group gap="xs">
            <Button onClick={() => save.mutate()} loading={save.isPending} disabled={!differs}>
              Save the roles
            </Button>
            {differs && (
              <Button variant="default" onClick={() => setGrants(person.grants)}>
                As they were
              </Button>
            )}
          </Group>
        </Stack>
      ) : (
        <GrantList grants={person.grants} />
      )}
    </section>
  );
}
