import { Modal, Text } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { useMe } from "../api/me.ts";
import { sessionGate } from "../api/session-gate.ts";
import { SignInForm } from "../routes/sign-in/sign-in-form.tsx";

/** Over the page when the session has ended: what was typed stays, and what was sent goes out after the sign-in. */
export function SessionDialog() {
  const closed = useSyncExternalStore(sessionGate.subscribe, () => sessionGate.isClosed);
  const me = useMe();
  return (
    <Modal
      opened={closed}
      onClose={() => sessionGate.dismiss()}
      title="Your session has ended"
      closeOnClickOutside={false}
    >
      <Text size="sm" mb="md">
        Sign in again to go on. Nothing that you typed is lost.
      </Text>
      <SignInForm
        email={me.user?.email ?? ""}
        onSignedIn={({ userId, csrf }) => {
          // Another person's page is not this one.
          if (me.user !== null && userId !== me.user.id) location.assign("/");
          else sessionGate.signedIn(csrf);
        }}
      />
    </Modal>
  );
}
