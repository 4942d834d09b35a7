import { Button, Group, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { ErrorState } from "../../components/error-state.tsx";

const LONGEST = 200;

/** What others see beside what one did. */
export function NameForm({ name }: { readonly name: string }) {
  const [typed, setTyped] = useState(name);
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: () => api.signIn.renameMe({ body: { name: typed.trim() } }),
    onSuccess: async () => {
      notifications.show({ message: "Your name was changed." });
      await Promise.all(["me", "people"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
    },
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="xs">
        <Group align="flex-end" gap="xs">
          <TextInput
            aria-label="Name"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            maxLength={LONGEST}
            w={320}
            autoComplete="name"
          />
          <Button
            type="submit"
            loading={save.isPending}
            disabled={typed.trim() === "" || typed.trim() === name}
          >
            Save
          </Button>
        </Group>
        {save.error !== null && <ErrorState what="Your name was not changed" error={save.error} />}
      </Stack>
    </form>
  );
}
