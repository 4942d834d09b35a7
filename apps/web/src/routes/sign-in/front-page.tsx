import { Box, Center, Group, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

/** The frame of pages before the sign-in. */
export function FrontPage({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  useDocumentTitle(`${title} · Syncline`);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Box w="100%" maw={400}>
        <Group gap="xs" mb="xs">
          <img src="/favicon.svg" width={30} height={30} alt="" />
          <Text fw={650} fz={22} component="span">
            Syncline
          </Text>
        </Group>
        <Text c="dimmed" size="sm" mb="lg">
          Version control for the rows in PostgreSQL databases
        </Text>
        <Box className="sl-card" p="lg">
          <Title order={1} mb="md">
            {title}
          </Title>
          {children}
        </Box>
      </Box>
    </Center>
  );
}
