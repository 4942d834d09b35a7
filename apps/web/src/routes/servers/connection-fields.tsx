import { Group, PasswordInput, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { type ConnectionPieces, problemOfUrl, problemsOfPieces } from "./connection-url.ts";
import type { ServerForm } from "./server-form-values.ts";

interface ConnectionFieldsProps {
  readonly form: ServerForm;
  readonly touched: ReadonlySet<string>;
  readonly set: (change: Partial<ServerForm>) => void;
}

const TLS = [
  { value: "prefer", label: "if offered" },
  { value: "require", label: "required" },
  { value: "verify-full", label: "required and verified" },
  { value: "disable", label: "no TLS" },
];

/** Where the database is: in pieces, or as one URL. */
export function ConnectionFields({ form, touched, set }: ConnectionFieldsProps) {
  const { pieces } = form;
  const problems = problemsOfPieces(pieces);
  const piece = (change: Partial<ConnectionPieces>) => set({ pieces: { ...pieces, ...change } });
  // A field that nobody has come to yet is not wrong.
  const told = (name: keyof ConnectionPieces) =>
    touched.has("pieces") && (pieces[name] !== "" || touched.has("url") || touched.has("replaceUrl"))
      ? (problems[name] ?? null)
      : null;
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label="How the connection is typed"
        value={form.by}
        onChange={(by) => set({ by: by as ServerForm["by"] })}
        data={[
          { value: "pieces", label: "Host, port, database, user" },
          { value: "url", label: "One URL" },
        ]}
      />
      {form.by === "url" ? (
        <PasswordInput
          label="Connection URL"
          description="postgres://user:password@host:5432/database"
          required
          value={form.url}
          onChange={(event) => set({ url: event.currentTarget.value })}
          error={touched.has("url") ? problemOfUrl(form.url) : null}
          autoComplete="off"
          spellCheck={false}
          visibilityToggleButtonProps={{ "aria-label": "Show or hide the connection URL" }}
        />
      ) : (
        <>
          <Group align="flex-start" gap="sm" wrap="nowrap">
            <TextInput
              label="Host"
              placeholder="db.example.com"
              required
              style={{ flex: 3 }}
              value={pieces.host}
              onChange={(event) => piece({ host: event.currentTarget.value })}
              error={told("host")}
              autoComplete="off"
              spellCheck={false}
            />
            <TextInput
              label="Port"
              style={{ flex: 1 }}
              inputMode="numeric"
              value={pieces.port}
              onChange={(event) => piece({ port: event.currentTarget.value })}
              error={told("port")}
              autoComplete="off"
            />
          </Group>
          <Group align="flex-start" gap="sm" grow>
            <TextInput
              label="Database"
              required
              value={pieces.database}
              onChange={(event) => piece({ database: event.currentTarget.value })}
              error={told("database")}
              autoComplete="off"
              spellCheck={false}
            />
            <Select
              label="TLS"
              value={pieces.sslMode}
              onChange={(sslMode) => piece({ sslMode: sslMode ?? "prefer" })}
              allowDeselect={false}
              data={TLS}
            />
          </Group>
          <Group align="flex-start" gap="sm" grow>
            <TextInput
              label="User"
              required
              value={pieces.user}
              onChange={(event) => piece({ user: event.currentTarget.value })}
              error={told("user")}
              autoComplete="off"
              spellCheck={false}
            />
            <PasswordInput
              label="Password"
              value={pieces.password}
              onChange={(event) => piece({ password: event.currentTarget.value })}
              autoComplete="new-password"
              visibilityToggleButtonProps={{ "aria-label": "Show or hide the password" }}
            />
          </Group>
        </>
      )}
      <Text size="xs" c="dimmed">
        It is sealed under the master key as soon as it is saved; nobody can read it afterwards.
      </Text>
    </Stack>
  );
}
