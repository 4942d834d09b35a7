import { Box, Breadcrumbs, Group, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import { CommandLine } from "./command-line.tsx";
import { EnvironmentStripe } from "./environment-badge.tsx";

interface PageHeaderProps {
  readonly title: string;
  /** Beside the title: badges of state. */
  readonly badges?: ReactNode;
  readonly description?: ReactNode;
  /** Links to where this page belongs. */
  readonly trail?: readonly ReactNode[];
  readonly actions?: ReactNode;
  /** What does the same from a terminal. */
  readonly command?: string;
  /** Locators or names of servers that this page writes to or reads: their environments are shown above all. */
  readonly places?: readonly string[];
}

/** The head of every page: environment, title, what can be done, and its command line. */
export function PageHeader({
  title,
  badges,
  description,
  trail = [],
  actions,
  command,
  places = [],
}: PageHeaderProps) {
  useDocumentTitle(`${title} · Syncline`);
  return (
    <Stack component="header" gap="xs" mb="md">
      {places.length > 0 && <EnvironmentStripe places={places} />}
      {trail.length > 0 && <Breadcrumbs separator="/">{trail.map((link) => link)}</Breadcrumbs>}
      <Group justify="space-between" align="flex-start" gap="sm">
        <Group gap="sm" align="center" style={{ minWidth: 0 }}>
          <Title order={1} style={{ overflowWrap: "anywhere" }}>
            {title}
          </Title>
          {badges}
        </Group>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {description !== undefined && (
        <Text c="dimmed" size="sm" component="div">
          {description}
        </Text>
      )}
      {command !== undefined && (
        <Box style={{ display: "flex", minWidth: 0 }}>
          <CommandLine command={command} />
        </Box>
      )}
    </Stack>
  );
}
