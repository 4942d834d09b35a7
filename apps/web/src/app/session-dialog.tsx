import { Modal, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { meQuery, useMe } from "../api/me.ts";
import { sessionGate } from "../api/session-gate.ts";
import { SignInForm } from "../routes/sign-in/sign-in-form.tsx";

/** Over the page when the session has ended: what was typed stays, and what was sent goes out after the sign-in. */
export function SessionDialog() {
  const closed = useSyncExternalStore(sessionGate.subscribe, () => sessionGate.isClosed);
  const me = useMe();
  const queryClient = useQueryClient();
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
        onSignedIn={(answer) => {
          if (sessionGate.signedIn(answer)) void queryClient.invalidateQueries(meQuery);
        }}
      />
    </Modal>
  );
}
