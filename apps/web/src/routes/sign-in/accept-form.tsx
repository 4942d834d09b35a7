import { Button, Divider, PasswordInput, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import type { AnswerOf, signIn } from "@syncline/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { ErrorState } from "../../components/error-state.tsx";
import { FrontPage } from "./front-page.tsx";
import { methodsQuery } from "./methods-query.ts";

type Link = AnswerOf<typeof signIn.lookAtInvitation>;

interface AcceptFormProps {
  readonly token: string;
  readonly link: Link;
  readonly onSignedIn: (answer: { readonly userId: string; readonly csrf: string }) => void;
}

const TITLES: Readonly<Record<Link["kind"], string>> = {
  setup: "Become the first administrator",
  invitation: "Accept the invitation",
  reset: "Choose a new password",
};
const ACTIONS: Readonly<Record<Link["kind"], string>> = {
  setup: "Create the account",
  invitation: "Create the account",
  reset: "Set the password",
};

/** What a link asks for: a name and a password, or the identity provider. */
export function AcceptForm({ token, link, onSignedIn }: AcceptFormProps) {
  const { kind } = link;
  const methods = useQuery(methodsQuery);
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const accept = useMutation({
    mutationFn: () => {
      if (kind === "setup") return api.signIn.setup({ body: { token, email: email.trim(), name, password } });
      const named = kind === "invitation" ? { name } : {};
      return api.signIn.acceptInvitation({ body: { token, password, ...named } });
    },
    onSuccess: onSignedIn,
  });
  const oidc = useMutation({
    mutationFn: () => api.signIn.startOidc({ body: { returnTo: "/accept", invitation: token } }),
    onSuccess: ({ url }) => location.assign(url),
  });
  const provider = kind === "invitation" ? (methods.data?.oidc ?? null) : null;
  return (
    <FrontPage title={TITLES[kind]}>
      <Stack gap="md">
        <About link={link} />
        {methods.data === undefined && methods.error === null && <Skeleton height={160} />}
        {methods.error !== null && (
          <ErrorState what="The ways to sign in could not be read" error={methods.error} />
        )}
        {provider !== null && (
          <Button variant="default" loading={oidc.isPending} onClick={() => oidc.mutate()}>
            Go on with {provider.name}
          </Button>
        )}
        {provider !== null && methods.data?.password === true && <Divider label="or" />}
        {methods.data?.password === true && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              accept.mutate();
            }}
          >
            <Stack gap="sm">
              {kind === "setup" && (
                <TextInput
                  label="E-mail"
                  type="email"
                  autoComplete="username"
                  required
                  value={email}
                  onChange={(event) => setEmail(event.currentTarget.value)}
                />
              )}
              {kind !== "reset" && (
                <TextInput
                  label="Name"
                  autoComplete="name"
                  required
                  value={name}
                  onChange={(event) => setName(event.currentTarget.value)}
                />
              )}
              <PasswordInput
                label="Password"
                description="Twelve characters or more; a sentence is easiest to remember."
                autoComplete="new-password"
                required
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
              />
              <Button type="submit" loading={accept.isPending}>
                {ACTIONS[kind]}
              </Button>
            </Stack>
          </form>
        )}
        {methods.data?.password === false && provider === null && (
          <Text size="sm">
            This link needs a password, and nobody can sign in with one at this address now.
          </Text>
        )}
        {accept.error !== null && <ErrorState what="It was not done" error={accept.error} />}
        {oidc.error !== null && (
          <ErrorState what="The identity provider could not be asked" error={oidc.error} />
        )}
      </Stack>
    </FrontPage>
  );
}

function About({ link: { kind, email, organization } }: { readonly link: Link }) {
  if (kind === "setup")
    return <Text size="sm">You will be able to do everything on this server, and to invite others.</Text>;
  if (kind === "reset")
    return (
      <Text size="sm">
        For <b>{email}</b>. Browsers that are signed in as you are signed out.
      </Text>
    );
  return (
    <Text size="sm">
      You are invited to <b>{organization}</b> as <b>{email}</b>.
    </Text>
  );
}
