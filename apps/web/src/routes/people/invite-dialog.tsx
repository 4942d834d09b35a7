import { Button, Group, Modal, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { ErrorState } from "../../components/error-state.tsx";
import { ShownOnce } from "../../components/shown-once.tsx";
import { exactTime } from "../../components/time-text.ts";
import { daysText } from "../servers/days-text.ts";
import { useSettings } from "../settings/settings-query.ts";
import type { NamedGrant } from "./grant-text.ts";
import { GrantsEditor } from "./grants-editor.tsx";
import type { NewLink } from "./people-query.ts";

interface InviteDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

const HOUR = 3600;
const HOURS = [24, 72, 168, 336, 720];
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** Makes a link that becomes one account; or an account for somebody of the identity provider. */
export function InviteDialog({ opened, onClose }: InviteDialogProps) {
  const [link, setLink] = useState<NewLink | null>(null);
  return (
    <>
      <Modal opened={opened} onClose={onClose} title="Invite somebody" size="lg" closeOnClickOutside={false}>
        {opened && (
          <Form
            onClose={onClose}
            onLink={(made) => {
              setLink(made);
              onClose();
            }}
          />
        )}
      </Modal>
      <LinkShown link={link} onClose={() => setLink(null)} />
    </>
  );
}

interface LinkShownProps {
  readonly link: NewLink | null;
  readonly onClose: () => void;
}

/** A link that was made just now. */
export function LinkShown({ link, onClose }: LinkShownProps) {
  const reset = link?.invitation.kind === "reset";
  return (
    <ShownOnce
      title={reset ? "A new password" : "The invitation"}
      what="link"
      value={link?.url ?? null}
      onClose={onClose}
    >
      {link !== null && (
        <Text size="sm">
          Send it to <bdi className="sl-mono">{link.invitation.email ?? "the person"}</bdi>.{" "}
          {reset ? "Whoever opens it sets the password of that account" : "Whoever opens it gets the account"}
          , so send it where only they read. It works once, until {exactTime(link.invitation.expiresAt)}.
        </Text>
      )}
    </ShownOnce>
  );
}

interface FormProps {
  readonly onClose: () => void;
  readonly onLink: (link: NewLink) => void;
}

function Form({ onClose, onLink }: FormProps) {
  const me = useMe();
  const settings = useSettings();
  const queryClient = useQueryClient();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [left, setLeft] = useState(false);
  const [hours, setHours] = useState(168);
  const [byProvider, setByProvider] = useState(false);
  const [grants, setGrants] = useState<readonly NamedGrant[]>([
    {
      role: "viewer",
      projectId: me.canEverywhere("people:write") ? null : me.projectId,
      environmentId: null,
      project: null,
      environment: null,
    },
  ]);
  const provider = settings.data?.signIn.oidc ?? null;
  const problem = EMAIL.test(email.trim()) ? null : "An e-mail address.";
  const nameProblem = byProvider && name.trim() === "" ? "Their name." : null;
  const invite = useMutation({
    mutationFn: async (): Promise<NewLink | null> => {
      const body = { email: email.trim(), grants: grants.map(toGrant) };
      if (!byProvider) return api.people.invite({ body: { ...body, hours } });
      await api.people.createPerson({ body: { ...body, name: name.trim() } });
      return null;
    },
    onSuccess: async (made) => {
      await Promise.all(
        ["people", "invitations"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })),
      );
      if (made !== null) return onLink(made);
      notifications.show({ message: `${name.trim()} can sign in with ${provider?.name ?? "the provider"}.` });
      onClose();
    },
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setLeft(true);
        if (problem === null && nameProblem === null) invite.mutate();
      }}
    >
      <Stack gap="md">
        <TextInput
          label="E-mail"
          type="email"
          required
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          onBlur={() => setLeft(email !== "")}
          error={left ? problem : null}
          autoComplete="off"
          data-autofocus
        />
        {provider !== null && (
          <Switch
            label={`They sign in with ${provider.name}: no link is needed`}
            checked={byProvider}
            onChange={(event) => setByProvider(event.currentTarget.checked)}
          />
        )}
        {byProvider ? (
          <TextInput
            label="Name"
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={left ? nameProblem : null}
          />
        ) : (
          <Select
            label="The link works for"
            value={String(hours)}
            onChange={(value) => setHours(Number(value ?? hours))}
            allowDeselect={false}
            data={HOURS.map((each) => ({ value: String(each), label: daysText(each * HOUR) }))}
          />
        )}
        <div>
          <Text size="sm" fw={500} mb={4}>
            Roles
          </Text>
          <GrantsEditor grants={grants} onChange={setGrants} />
        </div>
        {invite.error !== null && <ErrorState what="Nobody was invited" error={invite.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={invite.isPending}>
            {byProvider ? "Add the account" : "Make the link"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** As the API takes it. */
export function toGrant({ role, projectId, environmentId }: NamedGrant) {
  return { role, projectId, environmentId };
}
