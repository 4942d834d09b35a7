import { Button, Group, Modal, Stack, Switch, TagsInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { ErrorState } from "../../components/error-state.tsx";
import { useSettings } from "./settings-query.ts";
import type { Webhook } from "./webhooks-query.ts";

interface WebhookDialogProps {
  /** Null: closed. */
  readonly webhook: Webhook | "new" | null;
  readonly onClose: () => void;
  /** Of a new one. */
  readonly onSecret: (secret: string) => void;
}

/** Where alerts go, and which. */
export function WebhookDialog({ webhook, onClose, onSecret }: WebhookDialogProps) {
  return (
    <Modal
      opened={webhook !== null}
      onClose={onClose}
      size="lg"
      title={webhook === "new" || webhook === null ? "Add a webhook" : `Change ${webhook.name}`}
      closeOnClickOutside={false}
    >
      {webhook !== null && (
        <Form webhook={webhook === "new" ? null : webhook} onClose={onClose} onSecret={onSecret} />
      )}
    </Modal>
  );
}

interface FormProps extends Pick<WebhookDialogProps, "onClose" | "onSecret"> {
  readonly webhook: Webhook | null;
}

function Form({ webhook, onClose, onSecret }: FormProps) {
  const settings = useSettings();
  const queryClient = useQueryClient();
  const [name, setName] = useState(webhook?.name ?? "");
  const [url, setUrl] = useState("");
  const [all, setAll] = useState(webhook?.events.includes("*") ?? false);
  const [events, setEvents] = useState<string[]>(
    webhook?.events.filter((each) => each !== "*") ?? ["run.failed"],
  );
  const [tried, setTried] = useState(false);
  const keeps = webhook !== null && url.trim() === "";
  const nameProblem = name.trim() === "" ? "What it tells, such as “on-call channel”." : null;
  const urlProblem =
    keeps || /^https?:\/\/[^\s/]+/.test(url.trim()) ? null : "An address like https://example.com/hook.";
  const eventsProblem = all || events.length > 0 ? null : "Choose at least one.";
  const save = useMutation({
    mutationFn: async (): Promise<string | null> => {
      const wanted = { events: all ? ["*"] : events, ...(keeps ? {} : { url: url.trim() }) };
      if (webhook !== null) {
        await api.webhooks.updateWebhook({ params: { id: webhook.id }, body: wanted });
        return null;
      }
      const made = await api.webhooks.createWebhook({
        body: { name: name.trim(), url: url.trim(), events: wanted.events },
      });
      return made.secret;
    },
    onSuccess: async (secret) => {
      if (secret !== null) onSecret(secret);
      onClose();
      await queryClient.invalidateQueries({ queryKey: ["webhooks"] });
    },
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if ([nameProblem, urlProblem, eventsProblem].every((problem) => problem === null)) save.mutate();
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={tried ? nameProblem : null}
          disabled={webhook !== null}
          maxLength={200}
          {...(webhook === null ? { "data-autofocus": true } : {})}
        />
        <TextInput
          label="Address"
          description={
            webhook === null
              ? "It is sealed; lists show it without its query."
              : `Now ${webhook.url}, sealed with its query. Leave this empty to keep it.`
          }
          required={webhook === null}
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          error={tried || url !== "" ? urlProblem : null}
          autoComplete="off"
          spellCheck={false}
          inputMode="url"
        />
        <Switch
          label="All events, also those that later versions add"
          checked={all}
          onChange={(event) => setAll(event.currentTarget.checked)}
        />
        {!all && (
          <TagsInput
            label="Events"
            description="run.* stands for all that begin so."
            value={events}
            onChange={setEvents}
            data={settings.data?.alertEvents ?? []}
            error={tried ? eventsProblem : null}
            clearable
          />
        )}
        {save.error !== null && <ErrorState what="The webhook was not saved" error={save.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {webhook === null ? "Add the webhook" : "Save"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
