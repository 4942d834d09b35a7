import { Alert, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { sessionGate } from "../../api/session-gate.ts";
import { FrontPage } from "./front-page.tsx";
import { SignInForm } from "./sign-in-form.tsx";

/** Shown at any address to who is not signed in; the page that was asked for follows. */
export function SignInPage() {
  const queryClient = useQueryClient();
  return (
    <FrontPage title="Sign in">
      <Refusal />
      <SignInForm
        onSignedIn={(answer) => {
          sessionGate.signedIn(answer);
          void queryClient.invalidateQueries();
        }}
      />
      <Text size="xs" c="dimmed" mt="lg">
        No account yet? An administrator can invite you. A new server prints a link for its first
        administrator when it starts; <code>syncline server --new-admin-link</code> makes another one.
      </Text>
    </FrontPage>
  );
}

/** What a refused sign-in at the identity provider comes back with. */
function Refusal() {
  const search = new URLSearchParams(location.search);
  const [code, request] = [search.get("refused"), search.get("request")];
  if (code === null) return null;
  const text =
    code === "auth.sign_in_failed"
      ? "The identity provider's answer was not accepted: it did not begin in this browser, took too long, or your address is not known here."
      : "The sign-in at the identity provider could not be finished.";
  return (
    <Alert
      role="alert"
      variant="outline"
      color="red"
      title="You are not signed in"
      mb="md"
      styles={{ title: { color: "var(--sl-delete)" } }}
    >
      <Text size="sm">
        {text} Begin anew, or ask an administrator to invite you.
        {request !== null && /^[\w.-]{1,64}$/.test(request) && ` Request ${request}.`}
      </Text>
    </Alert>
  );
}
