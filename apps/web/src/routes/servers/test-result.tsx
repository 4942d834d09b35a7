import { Alert, List, Stack, Text } from "@mantine/core";
import { IconCheck, IconPlugOff } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { durationText } from "../../components/time-text.ts";
import type { ServerTest } from "./servers-query.ts";
import { adviceFor } from "./test-advice.ts";

/** What answered; or what went wrong, and what to try next. */
export function TestResult({ test }: { readonly test: ServerTest }) {
  const result = useRef<HTMLDivElement>(null);
  // In a form it stands below what was typed.
  useEffect(() => {
    result.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const { ok, address, version, durationMs, protection, problem } = test;
  if (ok)
    return (
      <Alert
        ref={result}
        role="status"
        variant="outline"
        color="green"
        icon={<IconCheck aria-hidden />}
        title={`${version ?? "PostgreSQL"} answers`}
        styles={{ title: { color: "var(--sl-insert)" } }}
      >
        <Text size="sm">
          <span className="sl-mono">{address}</span> in {durationText(durationMs)}. Writes there are{" "}
          {protection === "open"
            ? "allowed without asking"
            : (PROTECTION_TEXT[protection ?? ""] ?? "unknown")}
          .
        </Text>
      </Alert>
    );
  const code = problem?.code ?? "internal";
  return (
    <Alert
      ref={result}
      role="alert"
      variant="outline"
      color="red"
      icon={<IconPlugOff aria-hidden />}
      title="It does not connect"
      styles={{ title: { color: "var(--sl-delete)" } }}
    >
      <Stack gap="xs">
        <Text size="sm">{problem?.detail}</Text>
        <Text size="sm" fw={600}>
          What to try
        </Text>
        <List size="sm" spacing={2}>
          {adviceFor(code).map((advice) => (
            <List.Item key={advice}>{advice}</List.Item>
          ))}
        </List>
        <Text size="xs" c="dimmed">
          <span className="sl-mono">{code}</span> after {durationText(durationMs)}
        </Text>
      </Stack>
    </Alert>
  );
}

const PROTECTION_TEXT: Readonly<Record<string, string>> = {
  protected: "protected: its name has to be typed",
  readonly: "refused: it is read-only",
};
