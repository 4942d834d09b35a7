import { Alert, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { serverOfLocator } from "../../api/places.ts";
import { CommandLine } from "../../components/command-line.tsx";
import { PageButton } from "../../components/page-button.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { nextSteps } from "./next-steps.ts";
import type { Run } from "./runs-query.ts";
import { tableRows } from "./table-rows.ts";

/** Why a run failed: the cause, the evidence, and what to do next. */
export function RunFailure({ run }: { readonly run: Run }) {
  const { error } = run;
  const broken = tableRows(run).filter((table) => table.error !== null);
  if (error === null && broken.length === 0) return null;
  const { server, review } = nextSteps(run, serverOfLocator);
  return (
    <Alert
      variant="outline"
      color="red"
      icon={<IconAlertTriangle aria-hidden />}
      title={error === null ? `${broken.length} of ${tableRows(run).length} tables failed` : "Why it failed"}
      styles={{ title: { color: "var(--sl-delete)" }, body: { minWidth: 0 } }}
    >
      <Stack gap="xs">
        {error !== null && (
          <Text size="sm">
            {error.message}{" "}
            <Text component="span" className="sl-mono" c="dimmed">
              {error.code}
            </Text>
          </Text>
        )}
        {broken.slice(0, 5).map(({ name, error: cause }) => (
          <Text key={name} size="sm">
            <span className="sl-mono">{name}</span>: {cause?.message}
          </Text>
        ))}
        {error?.hint != null && (
          <Text size="sm" c="dimmed">
            {error.hint}
          </Text>
        )}
        {error?.retryable === true && (
          <Text size="sm" c="dimmed">
            {run.attempt > 1
              ? `It was tried ${run.attempt} times. The cause may pass by itself: retry it when it has.`
              : "The cause may pass by itself: retry it when it has."}
          </Text>
        )}
        <Group gap="xs">
          {server !== null && (
            <PageButton
              to="/servers/$name"
              params={{ name: server }}
              search={{}}
              size="compact-sm"
              variant="default"
            >
              Test the connection to {server}
            </PageButton>
          )}
          {review && (
            <PageButton to="/reviews" size="compact-sm" variant="default">
              To the reviews
            </PageButton>
          )}
          {run.jobId !== null && (
            <PageButton
              to="/jobs/$jobId/edit"
              params={{ jobId: run.jobId }}
              size="compact-sm"
              variant="default"
            >
              Change the job
            </PageButton>
          )}
        </Group>
        <CommandLine
          command={commandOf(["syncline", "audit", "tail", "--subject", run.id, "--url", location.origin])}
        />
      </Stack>
    </Alert>
  );
}
