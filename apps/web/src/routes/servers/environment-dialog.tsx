import { Button, Checkbox, Group, Modal, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { ErrorState } from "../../components/error-state.tsx";
import { problemOfName } from "./connection-url.ts";
import { daysText } from "./days-text.ts";
import type { KnownEnvironment } from "./known-environments.ts";

interface EnvironmentDialogProps {
  /** Null: closed. */
  readonly environment: KnownEnvironment | "new" | null;
  readonly taken: readonly string[];
  readonly onClose: () => void;
}

/** What writing to an environment takes. */
export function EnvironmentDialog({ environment, taken, onClose }: EnvironmentDialogProps) {
  return (
    <Modal
      opened={environment !== null}
      onClose={onClose}
      title={
        environment === "new" || environment === null ? "Create an environment" : `Change ${environment.name}`
      }
      closeOnClickOutside={false}
    >
      {environment !== null && (
        <Form environment={environment === "new" ? null : environment} taken={taken} onClose={onClose} />
      )}
    </Modal>
  );
}

const DAY = 24 * 3600;
const HOLDS = [3600, 4 * 3600, 12 * 3600, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY];

interface FormProps {
  readonly environment: KnownEnvironment | null;
  readonly taken: readonly string[];
  readonly onClose: () => void;
}

function Form({ environment, taken, onClose }: FormProps) {
  const me = useMe();
  const stored = environment?.stored ?? null;
  const [name, setName] = useState(environment?.name ?? "");
  const [left, setLeft] = useState(false);
  const [approvals, setApprovals] = useState(stored?.approvals ?? 0);
  const [seconds, setSeconds] = useState(stored?.approvalSeconds ?? 7 * DAY);
  const [signatures, setSignatures] = useState(stored?.signatures ?? false);
  const queryClient = useQueryClient();
  const problem = environment === null ? problemOfName(name, taken) : null;
  const mayRule = me.can("environments:write", name);
  const save = useMutation({
    mutationFn: async () => {
      if (environment === null && !taken.includes(name))
        await api.environments.createEnvironment({ body: { name } });
      if (!mayRule) return;
      const body = { approvals, approvalSeconds: seconds, signatures };
      await api.environments.updateEnvironment({ params: { name }, body });
    },
    onSuccess: async () => {
      notifications.show({ message: `${name} was saved.` });
      await queryClient.invalidateQueries({ queryKey: ["environments"] });
      onClose();
    },
  });
  const demanded = environment?.config ?? null;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setLeft(true);
        if (problem === null) save.mutate();
      }}
    >
      <Stack gap="md">
        {environment === null && (
          <TextInput
            label="Name"
            description="Its colour follows from it: prod and live are orange everywhere."
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            onBlur={() => setLeft(name !== "")}
            error={left ? problem : null}
            required
            data-autofocus
            spellCheck={false}
          />
        )}
        <NumberInput
          label="Approvals before a write"
          description={
            demanded !== null && demanded.approvals > 0
              ? `By others than its author. The config file asks for ${demanded.approvals}; the larger number holds.`
              : "By others than its author. 0: none."
          }
          value={approvals}
          onChange={(value) => setApprovals(Number(value) || 0)}
          min={0}
          max={20}
          allowDecimal={false}
          disabled={!mayRule}
        />
        <Select
          label="An approval holds for"
          value={String(seconds)}
          onChange={(value) => setSeconds(Number(value ?? seconds))}
          allowDeselect={false}
          disabled={!mayRule}
          data={[...new Set([...HOLDS, seconds])]
            .sort((a, b) => a - b)
            .map((each) => ({ value: String(each), label: daysText(each) }))}
        />
        <Checkbox
          label="Patches need the signatures of those who approve"
          checked={signatures}
          onChange={(event) => setSignatures(event.currentTarget.checked)}
          disabled={!mayRule}
        />
        {save.error !== null && <ErrorState what="The environment was not saved" error={save.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {environment === null ? "Create" : "Save"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
