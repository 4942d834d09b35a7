import { Group, Progress, Stack, Text, Title } from "@mantine/core";
import { countText } from "../../components/number-text.ts";
import { PageLink } from "../../components/page-link.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { kindName } from "../jobs/kind-words.ts";
import { etaText, rateText } from "../runs/eta-text.ts";
import type { LiveRun } from "./overview-query.ts";

interface RunningNowProps {
  readonly running: readonly LiveRun[];
  readonly count: number;
}

/** Runs that have not ended, with how far they are. */
export function RunningNow({ running, count }: RunningNowProps) {
  return (
    <Stack component="section" gap="xs" aria-labelledby="running">
      <Group justify="space-between">
        <Title order={2} id="running">
          Running now
        </Title>
        {count > 0 && (
          <PageLink
            to="/runs"
            search={{ state: ["queued", "running", "waiting", "pausing", "paused", "cancelling"] }}
            size="sm"
          >
            All {countText(count)}
          </PageLink>
        )}
      </Group>
      <div className="sl-card">
        {running.length === 0 ? (
          <Text p="md" size="sm" c="dimmed">
            Nothing runs.
          </Text>
        ) : (
          <ul className="sl-needs" style={{ display: "block" }}>
            {running.map((run) => (
              <RunLine key={run.id} run={run} />
            ))}
          </ul>
        )}
      </div>
    </Stack>
  );
}

function RunLine({ run }: { readonly run: LiveRun }) {
  const { id, name, kind, state, progress, waitsFor, jobId } = run;
  const share =
    progress !== null && progress.unitsTotal > 1 ? progress.unitsDone / progress.unitsTotal : null;
  const facts = [
    progress === null ? null : `${countText(progress.rows)} rows`,
    state === "running" ? rateText(progress?.rowsPerSecond ?? 0) : null,
    state === "running" && progress?.etaSeconds ? `${etaText(progress.etaSeconds)} left` : null,
    waitsFor === null ? null : `waits for ${waitsFor}`,
  ].filter((fact) => fact !== null);
  return (
    <li style={{ gridTemplateColumns: "minmax(0, 1fr)" }} data-run={id}>
      <Stack gap={4}>
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <PageLink to="/runs/$runId" params={{ runId: id }} fw={600} size="sm" style={{ minWidth: 0 }}>
            {jobId === null ? kindName(kind) : name}
          </PageLink>
          <StateBadge state={state} />
        </Group>
        {state === "running" && (
          <Progress
            value={share === null ? 100 : share * 100}
            striped={share === null}
            animated={share === null}
            size="sm"
            aria-label={share === null ? "Under way" : "Share that is done"}
          />
        )}
        <Text size="xs" c="dimmed" className="sl-mono" style={{ overflowWrap: "anywhere" }}>
          {facts.length === 0 ? (run.target ?? "") : facts.join(" · ")}
        </Text>
      </Stack>
    </li>
  );
}
