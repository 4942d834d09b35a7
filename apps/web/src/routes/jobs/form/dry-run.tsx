import { Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { isFinalState, type JobKind, type RunAnswer, WRITING_KINDS } from "@syncline/api";
import { IconFlask } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../../api/client.ts";
import { ErrorState } from "../../../components/error-state.tsx";
import { KindCounts } from "../../../components/kind-counts.tsx";
import { counted } from "../../../components/number-text.ts";
import { PageLink } from "../../../components/page-link.tsx";
import { StateBadge } from "../../../components/state-badge.tsx";
import { useJobForm } from "./form-controller.ts";

const LOOK_MS = 700;

/** Why a kind cannot be tried; null: it can. */
export function untriable(kind: JobKind, jobId: string | null): string | null {
  if (kind === "export") return "An export changes no rows: there is nothing to try. Save it and run it.";
  if (kind === "bi-sync" && jobId === null)
    return "What both sides agree on is kept for the saved job: save it without a schedule, then try it here.";
  return null;
}

interface DryRunProps {
  /** Null: the job is not saved yet. */
  readonly jobId: string | null;
  /** Null: the person may. */
  readonly refusal: string | null;
  readonly onInvalid: () => void;
}

/** Runs what the form says once: what writes is rolled back, comparisons are real. */
export function DryRun({ jobId, refusal, onInvalid }: DryRunProps) {
  const { form, checked, submit, refused } = useJobForm();
  const [tried, setTried] = useState<{ readonly runId: string; readonly definition: string } | null>(null);
  const start = useMutation({
    mutationFn: (definition: NonNullable<typeof checked.definition>) =>
      api.jobs.tryJob({ body: { definition, ...(jobId === null ? {} : { jobId }) } }),
    onError: refused,
  });
  const run = useQuery({
    queryKey: ["runs", "one", tried?.runId],
    queryFn: ({ signal }) => api.runs.getRun({ params: { id: tried?.runId ?? "" }, signal }),
    enabled: tried !== null,
    refetchInterval: ({ state }) =>
      state.data !== undefined && isFinalState(state.data.state) ? false : LOOK_MS,
  });
  const writes = WRITING_KINDS.has(form.kind);
  const why = refusal ?? untriable(form.kind, jobId);
  const begin = () => {
    const { definition } = checked;
    if (submit() && definition !== null)
      start.mutate(definition, {
        onSuccess: ({ id }) => setTried({ runId: id, definition: JSON.stringify(definition) }),
      });
    else onInvalid();
  };
  const busy = start.isPending || (run.data !== undefined && !isFinalState(run.data.state));
  return (
    <section className="sl-card" aria-label="Try it" style={{ padding: "var(--mantine-spacing-md)" }}>
      <Stack gap="sm">
        <div>
          <Title order={2} size="h3">
            Try it
          </Title>
          <Text size="sm" c="dimmed">
            {why ??
              (writes
                ? "Does everything in transactions that are rolled back, and counts what would happen. No row changes."
                : "Compares once, now, as the form says. Nothing is saved as a job.")}
          </Text>
        </div>
        <Group>
          <Button
            variant="default"
            leftSection={<IconFlask size={15} aria-hidden />}
            onClick={begin}
            loading={busy}
            disabled={why !== null}
          >
            {writes ? "Dry run" : "Compare now"}
          </Button>
        </Group>
        <div aria-live="polite">
          {start.error !== null && <ErrorState what="It could not be tried" error={start.error} />}
          {run.error !== null && tried !== null && (
            <ErrorState
              what="The result could not be read"
              error={run.error}
              retry={() => void run.refetch()}
            />
          )}
          {run.data !== undefined && (
            <TriedRun
              run={run.data}
              dry={writes}
              stale={tried?.definition !== JSON.stringify(checked.definition)}
            />
          )}
        </div>
      </Stack>
    </section>
  );
}

interface TriedRunProps {
  readonly run: RunAnswer;
  readonly dry: boolean;
  /** The form says something else by now. */
  readonly stale: boolean;
}

function TriedRun({ run, dry, stale }: TriedRunProps) {
  const { state, summary, error, progress } = run;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <StateBadge state={state} />
        <PageLink to="/runs/$runId" params={{ runId: run.id }} size="sm">
          {dry ? "The dry run" : "The comparison"}
        </PageLink>
        {summary !== null && summary.patchId !== null && (
          <PageLink to="/diffs/$patchId" params={{ patchId: summary.patchId }} size="sm">
            Its differences
          </PageLink>
        )}
      </Group>
      {stale && (
        <Text size="xs" c="var(--sl-update)">
          The form has changed since; this is the result of before.
        </Text>
      )}
      {!isFinalState(state) && (
        <Text size="sm" c="dimmed">
          {progress === null
            ? "It begins as soon as a worker is free."
            : `${progress.phase}, ${counted(progress.rows, "row")}`}
        </Text>
      )}
      {error !== null && (
        <div>
          <Text size="sm">{error.message}</Text>
          {error.hint !== null && (
            <Text size="sm" c="dimmed">
              {error.hint}
            </Text>
          )}
        </div>
      )}
      {summary !== null && <TriedTables summary={summary} />}
    </Stack>
  );
}

function TriedTables({ summary }: { readonly summary: NonNullable<RunAnswer["summary"]> }) {
  const { counts, tables, notes } = summary;
  return (
    <>
      <Group gap="xs" wrap="wrap">
        <KindCounts inserts={counts.inserted} updates={counts.updated} deletes={counts.deleted} />
        <Text size="xs" c="dimmed">
          {counted(counts.unchanged, "row")} alike
          {counts.conflicts > 0 && `, ${counted(counts.conflicts, "conflict")}`}
          {counts.skipped > 0 && `, ${counted(counts.skipped, "row")} skipped`}
        </Text>
      </Group>
      {tables.length > 0 && (
        <Table fz="xs" verticalSpacing={2} horizontalSpacing={4} aria-label="By table">
          <Table.Tbody>
            {tables.map(({ name, inserted = 0, updated = 0, deleted = 0, error }) => (
              <Table.Tr key={name}>
                <Table.Td className="sl-mono" style={{ overflowWrap: "anywhere" }}>
                  {name}
                </Table.Td>
                <Table.Td ta="right">
                  {error ? (
                    <Text size="xs">{error.message}</Text>
                  ) : (
                    <Group justify="flex-end">
                      <KindCounts inserts={inserted} updates={updated} deletes={deleted} />
                    </Group>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {tables.length === 0 && (
        <Text size="sm" c="dimmed">
          No table took part.
        </Text>
      )}
      {notes.map((note) => (
        <Text key={note} size="xs" c="dimmed">
          {note}
        </Text>
      ))}
    </>
  );
}
