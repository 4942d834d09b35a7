import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { isFinalState } from "@syncline/api";
import { IconX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "../../../api/client.ts";
import { useConnectionState } from "../../../api/live-events.ts";
import { ErrorState } from "../../../components/error-state.tsx";
import { PageLink } from "../../../components/page-link.tsx";
import { LinesSkeleton, QueryBoundary } from "../../../components/query-boundary.tsx";
import { StateBadge } from "../../../components/state-badge.tsx";
import { RunProgress } from "../../runs/run-progress.tsx";
import { type Run, useRun } from "../../runs/runs-query.ts";
import { useRunEvents } from "../../runs/use-run-events.ts";

interface ComparisonProgressProps {
  readonly runId: string;
  readonly onClose: () => void;
}

/** How far a comparison is; its differences open by themselves when it has ended while somebody waits. */
export function ComparisonProgress({ runId, onClose }: ComparisonProgressProps) {
  const query = useRun(runId);
  useRunEvents(runId, query.data?.state);
  const navigate = useNavigate();
  const [waited, setWaited] = useState(false);
  const { data } = query;
  const running = data !== undefined && !isFinalState(data.state);
  useEffect(() => {
    if (running) setWaited(true);
  }, [running]);
  const patchId = data?.summary?.patchId ?? null;
  const fresh = data !== undefined && Date.now() - Date.parse(data.createdAt) < FRESH_MS;
  useEffect(() => {
    if (patchId !== null && (waited || fresh))
      void navigate({ to: "/diffs/$patchId", params: { patchId }, replace: true });
  }, [patchId, waited, fresh, navigate]);
  return (
    <QueryBoundary
      query={query}
      failed="The comparison's run could not be read"
      skeleton={<LinesSkeleton lines={1} height={150} />}
    >
      {(run) => <Progress run={run} onClose={onClose} />}
    </QueryBoundary>
  );
}

/** Of a run that was quicker than the page that shows it. */
const FRESH_MS = 10_000;

function Progress({ run, onClose }: { readonly run: Run; readonly onClose: () => void }) {
  const stale = useConnectionState() === "lost";
  const queryClient = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => api.runs.cancelRun({ params: { id: run.id } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["runs"] }),
  });
  const { state, error, summary } = run;
  if (!isFinalState(state))
    return (
      <Stack gap="xs">
        <RunProgress run={run} stale={stale} />
        <Group gap="sm">
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconX size={14} aria-hidden />}
            onClick={() => cancel.mutate()}
            loading={cancel.isPending}
          >
            Cancel it
          </Button>
          <PageLink to="/runs/$runId" params={{ runId: run.id }} size="sm">
            Its run, table by table
          </PageLink>
        </Group>
        {cancel.error !== null && <ErrorState what="It was not cancelled" error={cancel.error} />}
      </Stack>
    );
  return (
    <Alert
      variant="outline"
      color={error === null ? "gray" : "red"}
      withCloseButton
      closeButtonLabel="Close"
      onClose={onClose}
      title={error === null ? "The comparison has ended" : "The comparison failed"}
    >
      <Stack gap={6} align="flex-start">
        <Group gap="sm">
          <StateBadge state={state} />
          <PageLink to="/runs/$runId" params={{ runId: run.id }} size="sm">
            Its run
          </PageLink>
          {summary !== null && summary.patchId !== null && (
            <PageLink to="/diffs/$patchId" params={{ patchId: summary.patchId }} size="sm">
              Its differences
            </PageLink>
          )}
        </Group>
        {error !== null && <Text size="sm">{error.message}</Text>}
        {error !== null && error.hint !== null && (
          <Text size="sm" c="dimmed">
            {error.hint}
          </Text>
        )}
        {error !== null && (
          <Text size="sm" c="dimmed">
            What you typed is still below: mend it and compare again.
          </Text>
        )}
      </Stack>
    </Alert>
  );
}
