import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { ErrorState } from "../../components/error-state.tsx";

const LEAST = 12;

/** Changes one's own password. */
export function PasswordForm({ email }: { readonly email: string }) {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const queryClient = useQueryClient();
  const tooShort = password !== "" && [...password].length < LEAST ? `At least ${LEAST} characters.` : null;
  const differs = again !== "" && again !== password ? "It is not the same." : null;
  const change = useMutation({
    mutationFn: () => api.signIn.changePassword({ body: { current, password } }),
    onSuccess: async () => {
      notifications.show({ message: "Your password was changed. Other browsers are signed out." });
      for (const clear of [setCurrent, setPassword, setAgain]) clear("");
      await queryClient.invalidateQueries({ queryKey: ["sessions"] });
    },
  });
  const ready = current !== "" && password !== "" && again === password && tooShort === null;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) change.mutate();
      }}
    >
      <Stack gap="sm" maw={420}>
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <PasswordInput
          label="Your password now"
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          label="The new one"
          description={`At least ${LEAST} characters; several words make a good one.`}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={tooShort}
        />
        <PasswordInput
          label="The new one again"
          autoComplete="new-password"
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
          error={differs}
        />
        {change.error !== null && <ErrorState what="Your password was not changed" error={change.error} />}
        <Group>
          <Button type="submit" disabled={!ready} loading={change.isPending}>
            Change the password
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
