import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import type { RunAnswer } from "@syncline/api";
import type { ReactNode } from "react";
import { Ago } from "../../components/ago.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { counted } from "../../components/number-text.ts";
import type { Drift } from "./drift.ts";
import { DriftTable } from "./drift-table.tsx";
import { storedError } from "./stored-error.ts";

interface DriftResultProps {
  readonly run: RunAnswer;
  readonly drift: Drift | null;
  /** Rows that moved were left out of this check. */
  readonly skipMoved: boolean;
  readonly onSkip: () => void;
  readonly onStop: () => void;
  readonly reviewAgain?: ReactNode;
}

/** What the check found, and the choices that there are then. Nothing is ever overwritten without a word. */
export function DriftResult({ run, drift, skipMoved, onSkip, onStop, reviewAgain }: DriftResultProps) {
  if (run.error !== null)
    return (
      <Stack gap="xs" align="flex-start">
        <ErrorState what="It cannot be applied as it is" error={storedError(run.error)} />
        {reviewAgain}
      </Stack>
    );
  if (drift === null) return <Text size="sm">The check ended as {run.state}.</Text>;
  const { conflicts, skipped, already } = drift;
  return (
    <Stack gap="xs">
      <DriftTable drift={drift} />
      {conflicts === 0 ? (
        <Text size="sm" c="var(--sl-insert)" role="status">
          {skipped > 0
            ? `${counted(skipped, "row")} moved and ${skipped === 1 ? "is" : "are"} skipped.`
            : already > 0
              ? `Nothing moved; ${counted(already, "row")} ${already === 1 ? "is" : "are"} so already.`
              : "Nothing moved: all rows are as the patch says."}{" "}
          <Text component="span" c="dimmed" inherit>
            Checked <Ago at={run.finishedAt} />.
          </Text>
        </Text>
      ) : (
        <Alert
          variant="outline"
          color="yellow"
          role="alert"
          title={`${counted(conflicts, "row")} moved since the comparison`}
          styles={{ title: { color: "var(--sl-update)" } }}
        >
          <Stack gap="xs" align="flex-start">
            <Text size="sm">
              {conflicts === 1 ? "It was" : "They were"} changed in the target by somebody else. As it is,
              nothing is written: choose what to do.
            </Text>
            <Group gap="xs">
              <Button size="xs" variant="default" onClick={onSkip} disabled={skipMoved}>
                Skip {conflicts === 1 ? "that row" : "those rows"}
              </Button>
              {reviewAgain}
              <Button size="xs" variant="default" onClick={onStop}>
                Stop
              </Button>
            </Group>
          </Stack>
        </Alert>
      )}
    </Stack>
  );
}
