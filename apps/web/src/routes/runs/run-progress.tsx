import { Box, Group, Progress, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Ago } from "../../components/ago.tsx";
import { bytesText, countText } from "../../components/number-text.ts";
import { etaText, rateText } from "./eta-text.ts";
import { shareOfRun } from "./run-state.ts";
import { waitText } from "./run-words.ts";
import type { Run } from "./runs-query.ts";

interface RunProgressProps {
  readonly run: Run;
  /** The connection is lost: the figures are the last that were heard. */
  readonly stale: boolean;
}

/** How far a run is, how fast it goes, when it may end, and why it waits. */
export function RunProgress({ run, stale }: RunProgressProps) {
  const { progress, state, notBefore } = run;
  const share = shareOfRun(run);
  const wait = waitText(run);
  const moves = state === "running";
  return (
    <Stack className="sl-card" p="md" gap="sm" component="section" aria-label="Progress">
      <Group justify="space-between" align="baseline" wrap="wrap" gap="xs">
        <Text fw={600}>{headline(run)}</Text>
        <Text className="sl-mono" c="dimmed">
          {share === null ? "" : `${Math.floor(share * 100)}%`}
        </Text>
      </Group>
      <Progress.Root size={10} aria-hidden={false}>
        <Progress.Section
          value={share === null ? (moves ? 100 : 0) : share * 100}
          animated={moves && !stale}
          striped={share === null && moves}
          color={stale ? "gray" : "accent"}
          aria-label="Share that is done"
        />
      </Progress.Root>
      {wait !== null && (
        <Text
          size="sm"
          className="sl-tint-update"
          px="xs"
          py={4}
          style={{ borderRadius: "var(--mantine-radius-sm)" }}
        >
          {wait}
          {notBefore !== null && (
            <>
              {" "}
              It begins again <Ago at={notBefore} />.
            </>
          )}
        </Text>
      )}
      <Group gap="xl" wrap="wrap">
        <Figure name="Rows" value={countText(progress?.rows ?? 0)} />
        <Figure name="Read or written" value={bytesText(progress?.bytes ?? 0)} />
        <Figure name="Rate" value={(moves && !stale && rateText(progress?.rowsPerSecond ?? 0)) || "—"} />
        <Figure
          name="Left"
          value={moves && !stale && progress?.etaSeconds ? etaText(progress.etaSeconds) : "—"}
          title="A range: the rest is estimated from what was done so far."
        />
        <Figure
          name="Work units"
          value={
            progress === null ? "—" : `${countText(progress.unitsDone)} of ${countText(progress.unitsTotal)}`
          }
        />
        <Figure name="Attempt" value={countText(run.attempt)} />
      </Group>
      <Box role="status" aria-live="polite" className="sl-visually-hidden">
        {state}
        {share === null ? "" : `, ${Math.floor(share * 10) * 10} percent`}
      </Box>
    </Stack>
  );
}

function headline({ state, progress }: Run): string {
  if (state !== "running") return state.charAt(0).toUpperCase() + state.slice(1);
  const phase = progress?.phase ?? "starting";
  return phase.charAt(0).toUpperCase() + phase.slice(1);
}

interface FigureProps {
  readonly name: string;
  readonly value: ReactNode;
  readonly title?: string;
}

/** A number with its name above it, wide enough that growing figures move nothing. */
export function Figure({ name, value, title }: FigureProps) {
  return (
    <Box miw={96} {...(title === undefined ? {} : { title })}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text className="sl-mono" fw={600}>
        {value}
      </Text>
    </Box>
  );
}
