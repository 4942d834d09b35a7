import { ActionIcon, Group, Stack, Text, Tooltip } from "@mantine/core";
import type { TimelineEntry } from "@syncline/api";
import {
  IconAdjustments,
  IconArrowsLeftRight,
  IconGitMerge,
  IconGitPullRequest,
  IconPlayerPlay,
  IconRefreshAlert,
  IconWebhook,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Ago } from "../../components/ago.tsx";
import { EnvironmentBadge } from "../../components/environment-badge.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import { counted } from "../../components/number-text.ts";
import { PageLink } from "../../components/page-link.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { durationText } from "../../components/time-text.ts";
import { FieldValue } from "./form/version-conflict.tsx";
import type { JobDialog } from "./job-dialogs.tsx";
import type { Job } from "./job-queries.ts";
import { RunFailureNote } from "./run-failure-note.tsx";
import {
  conflictWords,
  type EntryOf,
  editWords,
  fieldWords,
  hookWords,
  pairWords,
  reviewWords,
  startWords,
} from "./timeline-words.ts";

interface TimelineLineProps {
  readonly entry: TimelineEntry;
  readonly job: Job;
  /** The last run of the job: what helps after its failure is offered. */
  readonly newest: boolean;
  /** The run that another one shall be compared with. */
  readonly chosen: string | undefined;
  readonly onChoose: (runId: string) => void;
  readonly onDialog: (dialog: JobDialog) => void;
}

const ICONS: Readonly<Record<TimelineEntry["kind"], typeof IconPlayerPlay>> = {
  run: IconPlayerPlay,
  edit: IconAdjustments,
  review: IconGitPullRequest,
  conflicts: IconGitMerge,
  hook: IconWebhook,
  pair: IconRefreshAlert,
};

/** One thing that happened. */
export function TimelineLine(props: TimelineLineProps) {
  const { entry, chosen, onChoose } = props;
  const Icon = ICONS[entry.kind];
  const marked = entry.kind === "run" && entry.run.id === chosen;
  return (
    <li
      data-kind={entry.kind}
      style={{
        padding: "0.5rem 0.75rem",
        borderBottom: "1px solid var(--sl-border)",
        background: marked ? "var(--sl-info-tint)" : undefined,
      }}
    >
      <Group gap="sm" align="flex-start" wrap="nowrap">
        <Icon size={16} stroke={1.7} aria-hidden style={{ flex: "none", marginTop: 3 }} />
        <div style={{ flex: 1, minWidth: 0 }}>
          <EntryBody {...props} />
        </div>
        <Text size="xs" c="dimmed" component="span" mt={2}>
          <Ago at={entry.at} />
        </Text>
        {entry.kind === "run" && <CompareButton runId={entry.run.id} chosen={chosen} onChoose={onChoose} />}
      </Group>
    </li>
  );
}

type CompareButtonProps = Pick<TimelineLineProps, "chosen" | "onChoose"> & { readonly runId: string };

function CompareButton({ runId, chosen, onChoose }: CompareButtonProps) {
  const label =
    chosen === undefined
      ? "Compare this run with another one"
      : chosen === runId
        ? "Marked to be compared"
        : "Compare with the marked run";
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant={chosen === undefined || chosen === runId ? "subtle" : "default"}
        color="gray"
        size="sm"
        aria-label={label}
        aria-pressed={chosen === runId}
        onClick={() => onChoose(runId)}
      >
        <IconArrowsLeftRight size={14} />
      </ActionIcon>
    </Tooltip>
  );
}

function EntryBody(props: TimelineLineProps): ReactNode {
  const { entry } = props;
  switch (entry.kind) {
    case "run":
      return <RunLine {...props} entry={entry} />;
    case "edit":
      return <EditLine entry={entry} />;
    case "review":
      return <ReviewLine entry={entry} />;
    case "conflicts":
      return <Text size="sm">{conflictWords(entry)}</Text>;
    case "hook":
      return <Text size="sm">{hookWords(entry)}</Text>;
    case "pair":
      return <Text size="sm">{pairWords(entry)}</Text>;
  }
}

function RunLine({ entry, job, newest, onDialog }: TimelineLineProps & { readonly entry: EntryOf<"run"> }) {
  const { run } = entry;
  const { counts } = run;
  const length =
    run.startedAt === null || run.finishedAt === null
      ? null
      : durationText(Date.parse(run.finishedAt) - Date.parse(run.startedAt));
  return (
    <Stack gap={4}>
      <Group gap="xs" wrap="wrap">
        <StateBadge state={run.state} />
        <PageLink to="/runs/$runId" params={{ runId: run.id }} size="sm">
          Run {startWords(entry)}
        </PageLink>
        {counts !== null && (
          <KindCounts inserts={counts.inserted} updates={counts.updated} deletes={counts.deleted} />
        )}
        {counts !== null && counts.conflicts > 0 && (
          <PageLink to="/conflicts" search={{ job: job.id }} size="sm">
            {counted(counts.conflicts, "conflict")}
          </PageLink>
        )}
        <Text size="xs" c="dimmed" component="span">
          {[
            length,
            counts !== null && counts.unchanged > 0 ? `${counted(counts.unchanged, "row")} alike` : null,
            run.attempt > 1 ? `try ${run.attempt}` : null,
          ]
            .filter((each) => each !== null)
            .join(" · ")}
        </Text>
        {run.patchId !== null && (
          <PageLink to="/diffs/$patchId" params={{ patchId: run.patchId }} size="sm">
            Differences
          </PageLink>
        )}
      </Group>
      {run.error !== null && (
        <RunFailureNote error={run.error} job={job} runId={run.id} offers={newest} onDialog={onDialog} />
      )}
    </Stack>
  );
}

function EditLine({ entry }: { readonly entry: EntryOf<"edit"> }) {
  return (
    <Stack gap={4}>
      <Text size="sm">{editWords(entry)}</Text>
      {entry.reason !== null && (
        <Text size="sm" c="dimmed" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          “{entry.reason}”
        </Text>
      )}
      {entry.change === "updated" && entry.fields.length > 0 && (
        <table style={{ borderSpacing: 0 }} aria-label="What changed">
          <tbody>
            {entry.fields.map(({ field, before, after, kept }) => (
              <tr key={field}>
                <Text
                  component="th"
                  size="sm"
                  c="dimmed"
                  fw={400}
                  ta="left"
                  pr="md"
                  style={{ verticalAlign: "top", whiteSpace: "nowrap" }}
                >
                  {fieldWords(field)}
                </Text>
                <Text component="td" size="sm">
                  {kept ? (
                    <>
                      <FieldValue value={before ?? undefined} />
                      <Text component="span" c="dimmed" aria-label="to">
                        {" → "}
                      </Text>
                      <FieldValue value={after ?? undefined} />
                    </>
                  ) : (
                    <Text component="span" size="sm" c="dimmed">
                      changed; what it was is not kept
                    </Text>
                  )}
                </Text>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Stack>
  );
}

function ReviewLine({ entry }: { readonly entry: EntryOf<"review"> }) {
  const { review, runId, reason } = entry;
  const [before, after] = reviewWords(entry);
  return (
    <Stack gap={2}>
      <Group gap={6}>
        <Text size="sm" component="span">
          {before}{" "}
          <PageLink to="/reviews/$reviewId" params={{ reviewId: review.id }}>
            review {review.number}, {review.title}
          </PageLink>{" "}
          {after}
        </Text>
        {review.environment !== null && <EnvironmentBadge name={review.environment} />}
        {runId !== null && (
          <PageLink to="/runs/$runId" params={{ runId }} size="sm">
            its run
          </PageLink>
        )}
      </Group>
      {reason !== null && (
        <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          “{reason}”
        </Text>
      )}
    </Stack>
  );
}
