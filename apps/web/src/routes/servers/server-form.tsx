import {
  Autocomplete,
  Button,
  Group,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "../../api/client.ts";
import { ErrorState } from "../../components/error-state.tsx";
import { ConnectionFields } from "./connection-fields.tsx";
import { problemOfName } from "./connection-url.ts";
import {
  emptyServerForm,
  filledServerForm,
  type ServerForm,
  serverBody,
  urlOfForm,
} from "./server-form-values.ts";
import type { StoredServer } from "./servers-query.ts";
import { TestResult } from "./test-result.tsx";

interface ServerFormDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Null: one is added. */
  readonly server: StoredServer | null;
  readonly takenNames: readonly string[];
  readonly environments: readonly string[];
  readonly onSaved: (server: StoredServer) => void;
}

/** Adds a server or changes one. What is typed stays while it is open, whatever fails. */
export function ServerFormDialog({ opened, onClose, server, ...rest }: ServerFormDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={server === null ? "Add a server" : `Change ${server.name}`}
      closeOnClickOutside={false}
    >
      {opened && <Form key={server?.id ?? "new"} server={server} onClose={onClose} {...rest} />}
    </Modal>
  );
}

const PROTECTIONS = [
  { value: "", label: "As its host says: open on this machine, protected elsewhere" },
  { value: "open", label: "Open: writes are not asked about" },
  { value: "protected", label: "Protected: who writes types its name" },
  { value: "readonly", label: "Read-only: nothing is written there" },
];

function Form({ server, takenNames, environments, onClose, onSaved }: Omit<ServerFormDialogProps, "opened">) {
  const [form, setForm] = useState<ServerForm>(() =>
    server === null ? emptyServerForm : filledServerForm(server),
  );
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const queryClient = useQueryClient();
  const set = (change: Partial<ServerForm>) => {
    setForm((before) => ({ ...before, ...change }));
    setTouched((before) => new Set([...before, ...Object.keys(change)]));
  };
  const nameProblem = server === null ? problemOfName(form.name, takenNames) : null;
  const environmentProblem = form.environment === "" ? null : problemOfName(form.environment);
  const columnProblem =
    form.tenancy === "column" && form.tenantColumn.trim() === ""
      ? "Name the column that tells the tenant."
      : null;
  const { url, problem: urlProblem } = urlOfForm(form);
  const test = useMutation({
    mutationFn: () =>
      url === null
        ? api.databases.testDatabase({ body: { server: form.name } })
        : api.databases.testServerUrl({
            body: {
              url,
              ...(form.protection === "" ? {} : { protection: form.protection }),
              ...(nameProblem === null ? { name: form.name } : {}),
            },
          }),
  });
  const save = useMutation({
    mutationFn: () => {
      const { create, update } = serverBody(form, url);
      return server === null
        ? api.databases.createServer({ body: create })
        : api.databases.updateServer({ params: { id: server.id }, body: update });
    },
    onSuccess: async (saved) => {
      notifications.show({
        message: server === null ? `${saved.name} was added.` : `${saved.name} was changed.`,
      });
      await Promise.all(
        ["servers", "databases", "environments"].map((key) =>
          queryClient.invalidateQueries({ queryKey: [key] }),
        ),
      );
      onSaved(saved);
    },
  });
  // A result is one of what was typed then.
  const tested = `${url} ${form.protection}`;
  const { reset } = test;
  useEffect(reset, [tested, reset]);
  const faults = [nameProblem, environmentProblem, columnProblem, urlProblem].filter((each) => each !== null);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTouched(new Set([...Object.keys(form), "pieces"]));
        if (faults.length === 0) save.mutate();
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          description={
            server === null
              ? "Jobs and locators use it: name:tenant:tables. It cannot be changed later."
              : "Jobs refer to it; it stays."
          }
          value={form.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={touched.has("name") ? nameProblem : null}
          disabled={server !== null}
          required
          autoComplete="off"
          spellCheck={false}
          {...(server === null ? { "data-autofocus": true } : {})}
        />
        {server !== null && (
          <Stack gap={4}>
            <Text size="sm" fw={500}>
              Connection
            </Text>
            <SegmentedControl
              aria-label="Connection"
              value={form.replaceUrl ? "new" : "keep"}
              onChange={(value) => set({ replaceUrl: value === "new" })}
              data={[
                { value: "keep", label: `Keep ${server.shown}` },
                { value: "new", label: "Type another" },
              ]}
            />
            <Text size="xs" c="dimmed">
              The URL is sealed and never shown again; to change any part of it, type it anew.
            </Text>
          </Stack>
        )}
        {(server === null || form.replaceUrl) && <ConnectionFields form={form} touched={touched} set={set} />}
        <Group grow align="flex-start" gap="sm">
          <Select
            label="Its tenants are"
            value={form.tenancy}
            onChange={(tenancy) => set({ tenancy: (tenancy ?? "schema") as ServerForm["tenancy"] })}
            allowDeselect={false}
            data={[
              { value: "schema", label: "schemas of the database" },
              { value: "database", label: "databases of the server" },
              { value: "column", label: "values of a column" },
            ]}
          />
          <Autocomplete
            label="Environment"
            description="Its approvals and freezes hold for writes."
            inputWrapperOrder={["label", "input", "description", "error"]}
            placeholder="none"
            value={form.environment}
            onChange={(environment) => set({ environment })}
            data={[...environments]}
            error={environmentProblem}
            spellCheck={false}
          />
        </Group>
        {form.tenancy === "column" && (
          <Group grow align="flex-start" gap="sm">
            <TextInput
              label="Column"
              required
              value={form.tenantColumn}
              onChange={(event) => set({ tenantColumn: event.currentTarget.value })}
              error={touched.has("tenantColumn") ? columnProblem : null}
              spellCheck={false}
            />
            <TextInput
              label="Schema of its tables"
              value={form.tenantSchema}
              onChange={(event) => set({ tenantSchema: event.currentTarget.value })}
              spellCheck={false}
            />
          </Group>
        )}
        <Select
          label="Protection"
          value={form.protection}
          onChange={(protection) => set({ protection: (protection ?? "") as ServerForm["protection"] })}
          allowDeselect={false}
          data={PROTECTIONS}
        />
        <div aria-live="polite">
          {test.data !== undefined && <TestResult test={test.data} />}
          {test.error !== null && <ErrorState what="It was not tested" error={test.error} />}
        </div>
        {save.error !== null && <ErrorState what="The server was not saved" error={save.error} />}
        <Group justify="space-between" gap="xs">
          <Button
            variant="default"
            onClick={() => {
              setTouched(new Set([...touched, "pieces", "url"]));
              if (urlProblem === null) test.mutate();
            }}
            loading={test.isPending}
          >
            Test the connection
          </Button>
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {server === null ? "Add the server" : "Save"}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}
