import { Button, Divider, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { ErrorState } from "../../components/error-state.tsx";
import { methodsQuery } from "./methods-query.ts";

interface SignInFormProps {
  readonly email?: string;
  readonly onSignedIn: (answer: { readonly userId: string; readonly csrf: string }) => void;
}

/** By password, by the identity provider, or both: what this server offers. */
export function SignInForm({ email: knownEmail = "", onSignedIn }: SignInFormProps) {
  const methods = useQuery(methodsQuery);
  const [email, setEmail] = useState(knownEmail);
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => api.signIn.signIn({ body: { email: email.trim(), password } }),
    onSuccess: (answer) => {
      setPassword("");
      onSignedIn(answer);
    },
  });
  const oidc = useMutation({
    mutationFn: () => api.signIn.startOidc({ body: { returnTo: location.pathname + location.search } }),
    onSuccess: ({ url }) => location.assign(url),
  });
  const { password: byPassword = true, oidc: provider = null } = methods.data ?? {};
  return (
    <Stack gap="md">
      {methods.error !== null && (
        <ErrorState
          what="The ways to sign in could not be read"
          error={methods.error}
          retry={() => void methods.refetch()}
        />
      )}
      {provider !== null && (
        <Button
          onClick={() => oidc.mutate()}
          loading={oidc.isPending}
          variant={byPassword ? "default" : "filled"}
        >
          Sign in with {provider.name}
        </Button>
      )}
      {provider !== null && byPassword && <Divider label="or" />}
      {byPassword && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            signIn.mutate();
          }}
        >
          <Stack gap="sm">
            <TextInput
              label="E-mail"
              type="email"
              autoComplete="username"
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
              {...(knownEmail === "" ? { "data-autofocus": true, autoFocus: true } : {})}
            />
            <PasswordInput
              label="Password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              {...(knownEmail === "" ? {} : { "data-autofocus": true })}
            />
            <Button type="submit" loading={signIn.isPending}>
              Sign in
            </Button>
          </Stack>
        </form>
      )}
      {!byPassword && provider === null && (
        <ErrorState
          what="Nobody can sign in here"
          error={new Error("Cookies would travel without TLS, or the operator switched passwords off.")}
        />
      )}
      {signIn.error !== null && <ErrorState what="You are not signed in" error={signIn.error} />}
      {oidc.error !== null && (
        <ErrorState what="The identity provider could not be asked" error={oidc.error} />
      )}
    </Stack>
  );
}
