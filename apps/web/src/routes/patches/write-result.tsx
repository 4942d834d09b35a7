import { Alert, Group, Stack, Text } from "@mantine/core";
import type { RunAnswer } from "@syncline/api";
import { ErrorState } from "../../components/error-state.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import { counted, countText } from "../../components/number-text.ts";
import { PageLink } from "../../components/page-link.tsx";
import { storedError } from "./stored-error.ts";
import { UndoReady } from "./undo-ready.tsx";

interface WriteResultProps {
  readonly run: RunAnswer;
  /** Where it was written. */
  readonly target: string;
  /** Opens the undo of what was written; without it nothing is offered. */
  readonly onUndo?: ((ledgerId: string) => void) | undefined;
}

/** How a write ended: what it changed, and that it can be undone. */
export function WriteResult({ run, target, onUndo }: WriteResultProps) {
  const { summary, error, state } = run;
  const link = (
    <PageLink to="/runs/$runId" params={{ runId: run.id }} size="sm">
      The run
    </PageLink>
  );
  if (state === "conflicted")
    return (
      <Alert variant="outline" color="yellow" title="Nothing was written: rows moved since the check">
        <Text size="sm">
          {counted(summary?.counts.conflicts ?? 0, "row")} of the target{" "}
          {summary?.counts.conflicts === 1 ? "is" : "are"} not as the patch says. Decide each in the{" "}
          <PageLink to="/conflicts">conflicts inbox</PageLink>, or compare again. {link}
        </Text>
      </Alert>
    );
  if (error !== null)
    return (
      <Stack gap={6}>
        <ErrorState what="Nothing was written" error={storedError(error)} />
        {link}
      </Stack>
    );
  if (summary === null)
    return (
      <Text size="sm">
        It ended as {state}. {link}
      </Text>
    );
  const { inserted, updated, deleted, unchanged, skipped } = summary.counts;
  const [receipt] = summary.receipts ?? [];
  const [ledgerId] = summary.ledgerIds;
  return (
    <Stack gap="xs" role="status">
      <Group gap="sm">
        <Text fw={600} c="var(--sl-insert)">
          Applied
        </Text>
        <KindCounts inserts={inserted} updates={updated} deletes={deleted} />
        {unchanged > 0 && <Text size="sm">{countText(unchanged)} were so already</Text>}
        {skipped > 0 && <Text size="sm">{countText(skipped)} skipped</Text>}
        {link}
      </Group>
      {receipt !== undefined && ledgerId !== undefined && (
        <UndoReady
          rows={receipt.counts.inserts + receipt.counts.updates + receipt.counts.deletes}
          ledgerId={ledgerId}
          target={target}
          onUndo={onUndo}
        />
      )}
      {summary.notes.map((note) => (
        <Text key={note} size="sm" c="dimmed">
          {note}
        </Text>
      ))}
    </Stack>
  );
}
