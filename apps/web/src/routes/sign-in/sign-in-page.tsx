import { Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { sessionGate } from "../../api/session-gate.ts";
import { FrontPage } from "./front-page.tsx";
import { SignInForm } from "./sign-in-form.tsx";

/** Shown at any address to who is not signed in; the page that was asked for follows. */
export function SignInPage() {
  const queryClient = useQueryClient();
  return (
    <FrontPage title="Sign in">
      <SignInForm
        onSignedIn={({ csrf }) => {
          sessionGate.signedIn(csrf);
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
