import { Alert, Button, Code, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { describeError } from "../api/describe-error.ts";

interface ErrorStateProps {
  readonly error: unknown;
  /** What could not be done, as "The runs could not be read". */
  readonly what: string;
  readonly retry?: () => void;
}

/** What happened, about what, and what to try. */
export function ErrorState({ error, what, retry }: ErrorStateProps) {
  const { message, hint, requestId, issues } = describeError(error);
  return (
    <Alert
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={what}
      variant="outline"
      color="red"
      styles={{ title: { color: "var(--sl-delete)" }, body: { minWidth: 0 } }}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{message}</Text>
        {issues.length > 0 && (
          <ul style={{ margin: 0, paddingLeft: "1.2rem" }}>
            {issues.map((issue) => (
              <li key={issue}>
                <Text size="sm">{issue}</Text>
              </li>
            ))}
          </ul>
        )}
        {hint !== null && (
          <Text size="sm" c="dimmed">
            {hint}
          </Text>
        )}
        <Group gap="sm">
          {retry !== undefined && (
            <Button variant="default" size="xs" onClick={retry}>
              Try again
            </Button>
          )}
          {requestId !== null && (
            <Text size="xs" c="dimmed">
              Request <Code>{requestId}</Code>
            </Text>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
