import { Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { PageButton } from "../components/page-button.tsx";

export function NotFound() {
  useDocumentTitle("No such page · Syncline");
  return (
    <Stack component="main" align="center" gap="xs" py="xl" px="md" ta="center">
      <Title order={1} size="h3">
        There is no such page
      </Title>
      <Text size="sm" c="dimmed" maw={520}>
        The address may be mistyped, or what it named was removed.
      </Text>
      <PageButton to="/">To the overview</PageButton>
    </Stack>
  );
}
