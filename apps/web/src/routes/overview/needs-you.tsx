import { Stack, Text, Title } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconGitMerge,
  IconGitPullRequest,
  IconPlayerPause,
  IconSnowflake,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useMe } from "../../api/me.ts";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { EnvironmentBadge } from "../../components/environment-badge.tsx";
import { counted } from "../../components/number-text.ts";
import { PageButton } from "../../components/page-button.tsx";
import { ResumeButton, RunAgainButton } from "./need-actions.tsx";
import type { Needs } from "./overview-query.ts";

const SHOWN = 6;
/** Of runs without a job. */
const RUN_WORDS: ReadonlyMap<string, string> = new Map([
  ["apply", "an applied patch"],
  ["undo", "an undo"],
  ["merge", "a merge"],
  ["copy", "a copy"],
  ["import", "an import"],
]);

/** What waits for the person: decisions, conflicts, failures, with what to do about each. */
export function NeedsYou({ needs }: { readonly needs: Needs }) {
  const me = useMe();
  const lines = [
    ...reviewLines(needs),
    ...(me.can("conflicts:read") ? conflictLines(needs) : []),
    ...failedLines(needs),
    ...pausedLines(needs),
    ...frozenLines(needs),
  ];
  return (
    <Stack component="section" gap="xs" aria-labelledby="needs">
      <Title order={2} id="needs">
        Needs you
      </Title>
      <div className="sl-card">
        {lines.length === 0 ? (
          <Text p="md" size="sm" c="dimmed">
            <IconCircleCheck size={15} aria-hidden style={{ verticalAlign: "-3px" }} /> Nothing waits for you.
          </Text>
        ) : (
          <ul className="sl-needs">{lines}</ul>
        )}
      </div>
    </Stack>
  );
}

interface LineProps {
  readonly icon: ReactNode;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly action: ReactNode;
}

function Line({ icon, title, children, action }: LineProps) {
  return (
    <li>
      <span aria-hidden>{icon}</span>
      <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
        <Text size="sm" fw={600}>
          {title}
        </Text>
        {children !== undefined && (
          <Text size="xs" c="dimmed" component="div" lineClamp={3}>
            {children}
          </Text>
        )}
      </div>
      <div>{action}</div>
    </li>
  );
}

function reviewLines({ reviews: { count, items } }: Needs): ReactNode[] {
  const more = count - items.length;
  return [
    ...items.map(({ id, number, title, environment, createdBy, createdAt, given, required }) => (
      <Line
        key={id}
        icon={<IconGitPullRequest size={17} color="var(--sl-info)" />}
        title={
          <>
            Review {number}: {title}
          </>
        }
        action={
          <PageButton to="/reviews/$reviewId" params={{ reviewId: id }} size="compact-sm">
            Decide
          </PageButton>
        }
      >
        {environment !== null && <EnvironmentBadge name={environment} />} {actorText(createdBy)},{" "}
        <Ago at={createdAt} />; {given} of {required} approved
      </Line>
    )),
    ...(more > 0
      ? [
          <Line
            key="more reviews"
            icon={<IconGitPullRequest size={17} color="var(--sl-info)" />}
            title={`${counted(more, "more review", "more reviews")} wait for you`}
            action={
              <PageButton to="/reviews" size="compact-sm" variant="default">
                All
              </PageButton>
            }
          />,
        ]
      : []),
  ];
}

function conflictLines({ conflicts: { jobs, runs } }: Needs): ReactNode[] {
  const lines = [
    ...jobs.map(({ jobId, name, count }) => ({ of: name, search: { job: jobId }, count })),
    ...runs.map(({ runId, kind, count }) => ({
      of: RUN_WORDS.get(kind) ?? kind,
      search: { run: runId },
      count,
    })),
  ];
  return lines.slice(0, SHOWN).map(({ of, search, count }) => (
    <Line
      key={`conflicts ${JSON.stringify(search)}`}
      icon={<IconGitMerge size={17} color="var(--sl-update)" />}
      title={`${counted(count, "row")} of ${of} wait${count === 1 ? "s" : ""} for a decision`}
      action={
        <PageButton to="/conflicts" search={search} size="compact-sm" variant="default">
          Decide
        </PageButton>
      }
    />
  ));
}

function failedLines({ failed }: Needs): ReactNode[] {
  return failed.slice(0, SHOWN).map(({ jobId, name, runId, error, at, state }) => (
    <Line
      key={`failed ${jobId}`}
      icon={<IconAlertTriangle size={17} color="var(--sl-delete)" />}
      title={
        <>
          {name} {state === "partial" ? "was done in part" : "failed"} <Ago at={at} />
        </>
      }
      action={
        <Stack gap={4}>
          <PageButton to="/runs/$runId" params={{ runId }} size="compact-sm" variant="default">
            Look
          </PageButton>
          <RunAgainButton runId={runId} />
        </Stack>
      }
    >
      {error?.message}
    </Line>
  ));
}

function pausedLines({ paused }: Needs): ReactNode[] {
  return paused.slice(0, SHOWN).map(({ runId, name, createdAt }) => (
    <Line
      key={`paused ${runId}`}
      icon={<IconPlayerPause size={17} color="var(--sl-update)" />}
      title={`${name} is paused`}
      action={
        <Stack gap={4}>
          <PageButton to="/runs/$runId" params={{ runId }} size="compact-sm" variant="default">
            Look
          </PageButton>
          <ResumeButton runId={runId} />
        </Stack>
      }
    >
      asked for <Ago at={createdAt} />
    </Line>
  ));
}

function frozenLines({ frozen }: Needs): ReactNode[] {
  return frozen.slice(0, SHOWN).map(({ name, at, by, reason }) => (
    <Line
      key={`frozen ${name}`}
      icon={<IconSnowflake size={17} color="var(--sl-info)" />}
      title={`${name} is frozen`}
      action={
        <PageButton to="/servers" search={{ tab: "environments" }} size="compact-sm" variant="default">
          Look
        </PageButton>
      }
    >
      {reason} {actorText(by)}, <Ago at={at} />
    </Line>
  ));
}
