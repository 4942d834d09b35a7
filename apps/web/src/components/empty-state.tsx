import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface EmptyStateProps {
  readonly icon?: ReactNode;
  readonly title: string;
  /** What to do next. */
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

/** Of a list without entries: says why it is empty and what to do next. */
export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center" c="dimmed">
      {icon}
      <Title order={2} size="h3" c="var(--mantine-color-text)">
        {title}
      </Title>
      {children !== undefined && (
        <Text size="sm" maw={520}>
          {children}
        </Text>
      )}
      {action}
    </Stack>
  );
}
