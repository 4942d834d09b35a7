import { Group, Progress, Stack, Text } from "@mantine/core";
import { isFinalState, type RunAnswer } from "@syncline/api";
import { countText } from "../../components/number-text.ts";
import { PageLink } from "../../components/page-link.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { durationText } from "../../components/time-text.ts";

interface RunProgressProps {
  readonly run: RunAnswer | undefined;
  /** "The check", "The write". */
  readonly what: string;
}

/** A run while it is at work: what it does, how far it is, and why it waits. */
export function RunProgress({ run, what }: RunProgressProps) {
  const { state = "queued", progress = null, waitsFor = null } = run ?? {};
  const done = progress?.unitsTotal ? (progress.unitsDone / progress.unitsTotal) * 100 : 0;
  return (
    <Stack gap={6} role="status" aria-live="polite" aria-label={`${what}: ${state}`}>
      <Group gap="xs">
        <StateBadge state={state} />
        <Text size="sm">
          {what}
          {progress === null ? " waits for a worker" : `: ${progress.phase}`}
          {progress !== null && progress.rows > 0 && (
            <>
              , <span className="sl-mono">{countText(progress.rows)}</span> rows
            </>
          )}
          {progress !== null && progress.rowsPerSecond > 0 && (
            <>
              {" "}
              at <span className="sl-mono">{countText(Math.round(progress.rowsPerSecond))}</span> a second
            </>
          )}
          {progress !== null && progress.etaSeconds !== null && progress.etaSeconds[1] > 1 && (
            <>
              , done in {durationText(progress.etaSeconds[0] * 1000)} to{" "}
              {durationText(progress.etaSeconds[1] * 1000)}
            </>
          )}
        </Text>
        {run !== undefined && (
          <PageLink to="/runs/$runId" params={{ runId: run.id }} size="sm">
            The run
          </PageLink>
        )}
      </Group>
      {!isFinalState(state) && (
        <Progress
          value={Math.max(done, 5)}
          size="sm"
          animated
          aria-label={`How far ${what.toLowerCase()} is`}
        />
      )}
      {waitsFor !== null && (
        <Text size="sm" c="dimmed">
          It waits: {waitsFor}
        </Text>
      )}
      {(progress?.tables ?? []).slice(0, 8).map((table) => (
        <Text key={table.name} size="xs" c="dimmed">
          <span className="sl-mono">{table.name}</span> {table.phase}, {countText(table.rows)} rows
        </Text>
      ))}
    </Stack>
  );
}
