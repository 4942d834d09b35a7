import { Button, Group, Modal, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import type { Scope } from "@syncline/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { ErrorState } from "../../components/error-state.tsx";
import { ShownOnce } from "../../components/shown-once.tsx";
import { daysText } from "../servers/days-text.ts";
import { ScopePicker } from "./scope-picker.tsx";

interface KeyDialogProps {
  /** `own`: it stands for whoever makes it, and can do what they may at each moment, at most. */
  readonly kind: "program" | "own";
  readonly opened: boolean;
  readonly onClose: () => void;
}

const DAY = 24 * 3600;
const LIVES = [7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY];

/** Makes an API key, which is shown once. */
export function KeyDialog({ kind, opened, onClose }: KeyDialogProps) {
  const [made, setMade] = useState<string | null>(null);
  return (
    <>
      <Modal
        opened={opened}
        onClose={onClose}
        size="xl"
        title={kind === "own" ? "A key of your own" : "An API key for a program"}
        closeOnClickOutside={false}
      >
        {opened && (
          <Form
            kind={kind}
            onClose={onClose}
            onMade={(key) => {
              setMade(key);
              onClose();
            }}
          />
        )}
      </Modal>
      <ShownOnce title="The key" what="key" value={made} onClose={() => setMade(null)}>
        <Text size="sm">
          The command line takes it from SYNCLINE_API_KEY; HTTP requests send it as{" "}
          <span className="sl-mono">Authorization: Bearer …</span>
        </Text>
      </ShownOnce>
    </>
  );
}

interface FormProps extends Pick<KeyDialogProps, "kind" | "onClose"> {
  readonly onMade: (key: string) => void;
}

function Form({ kind, onClose, onMade }: FormProps) {
  const me = useMe();
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const [all, setAll] = useState(kind === "own");
  const [scopes, setScopes] = useState<ReadonlySet<Scope>>(new Set());
  const [seconds, setSeconds] = useState(90 * DAY);
  const [allProjects, setAllProjects] = useState(false);
  const chosen = all ? (["*"] as const) : [...scopes];
  const nameProblem = name.trim() === "" ? "What uses it, such as “nightly export”." : null;
  const scopesProblem = chosen.length === 0 ? "Choose at least one scope." : null;
  const make = useMutation({
    mutationFn: () => {
      const expiresAt =
        seconds === 0 ? {} : { expiresAt: new Date(Date.now() + seconds * 1000).toISOString() };
      const body = { name: name.trim(), scopes: [...chosen], ...expiresAt };
      return kind === "own"
        ? api.access.createMyKey({ body })
        : api.access.createKey({ body: { ...body, allProjects } });
    },
    onSuccess: async ({ key }) => {
      onMade(key);
      await queryClient.invalidateQueries({ queryKey: ["keys"] });
    },
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (nameProblem === null && scopesProblem === null) make.mutate();
      }}
    >
      <Stack gap="md">
        <Group align="flex-start" gap="sm" grow>
          <TextInput
            label="Name"
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={tried ? nameProblem : null}
            maxLength={200}
            data-autofocus
          />
          <Select
            label="It works for"
            value={String(seconds)}
            onChange={(value) => setSeconds(Number(value ?? seconds))}
            allowDeselect={false}
            data={[
              ...LIVES.map((each) => ({ value: String(each), label: daysText(each) })),
              { value: "0", label: "as long as it is not revoked" },
            ]}
          />
        </Group>
        {kind === "own" ? (
          <Switch
            label="It may do what I may, at each moment"
            checked={all}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
        ) : (
          me.canEverywhere("keys:write") && (
            <Switch
              label="It works in all projects"
              checked={allProjects}
              onChange={(event) => setAllProjects(event.currentTarget.checked)}
            />
          )
        )}
        {(!all || kind === "program") && (
          <ScopePicker
            held={allProjects ? me.organizationScopes : me.scopes}
            everything={kind === "program"}
            all={all}
            onAll={setAll}
            scopes={scopes}
            onChange={setScopes}
          />
        )}
        {tried && scopesProblem !== null && (
          <Text size="sm" c="var(--sl-delete)" role="alert">
            {scopesProblem}
          </Text>
        )}
        {make.error !== null && <ErrorState what="No key was made" error={make.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isPending}>
            Make the key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
