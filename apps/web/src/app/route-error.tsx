import { Box } from "@mantine/core";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { ErrorState } from "../components/error-state.tsx";

export function RouteError({ error, reset }: ErrorComponentProps) {
  return (
    <Box p="md" maw={760}>
      <ErrorState what="This page could not be shown" error={error} retry={reset} />
    </Box>
  );
}
