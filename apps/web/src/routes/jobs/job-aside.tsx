import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { isCodedError } from "@syncline/core";
import { useQuery } from "@tanstack/react-query";
import { Fragment, type ReactNode } from "react";
import { usePlaceFacts } from "../../api/places.ts";
import { Ago } from "../../components/ago.tsx";
import { Count } from "../../components/count.tsx";
import { EnvironmentBadge } from "../../components/environment-badge.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { PageLink } from "../../components/page-link.tsx";
import type { JobDialog } from "./job-dialogs.tsx";
import { type Job, pairQuery } from "./job-queries.ts";
import { JobText } from "./job-text.tsx";
import { kindName } from "./kind-words.ts";
import { NextTimes } from "./next-times.tsx";
import { missedWords, scheduleWords } from "./schedule-words.ts";

interface JobAsideProps {
  readonly job: Job;
  /** Null: the person may change it. */
  readonly refusal: string | null;
  readonly onDialog: (dialog: JobDialog) => void;
}

/** What a job is: its places, its schedule, its pair, its hook, its text. */
export function JobAside(props: JobAsideProps) {
  const { job } = props;
  return (
    <Stack gap="md">
      <Card title="What it does">
        <FactList facts={factsOf(job)} />
      </Card>
      <ScheduleCard job={job} />
      {job.kind === "bi-sync" && <PairCard {...props} />}
      <HookCard {...props} />
      <JobText definition={job.definition} />
    </Stack>
  );
}

function Card({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="sl-card" aria-label={title} style={{ padding: "var(--mantine-spacing-md)" }}>
      <Title order={2} size="h3" mb="xs">
        {title}
      </Title>
      {children}
    </section>
  );
}

interface FactListProps {
  readonly facts: readonly (readonly [string, ReactNode])[];
}

/** Names beside values, for a narrow column. */
function FactList({ facts }: FactListProps) {
  return (
    <dl style={{ display: "grid", gridTemplateColumns: "6.5rem minmax(0, 1fr)", gap: "6px 12px", margin: 0 }}>
      {facts.map(([name, value]) => (
        <Fragment key={name}>
          <Text component="dt" size="sm" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm" m={0}>
            {value}
          </Text>
        </Fragment>
      ))}
    </dl>
  );
}

function PlaceLine({ place }: { readonly place: string }) {
  const facts = usePlaceFacts()(place);
  return (
    <Stack gap={4} align="flex-start">
      <span className="sl-mono" style={{ overflowWrap: "anywhere" }}>
        {place}
      </span>
      {facts !== null && facts.environment !== null && <EnvironmentBadge name={facts.environment} />}
    </Stack>
  );
}

function factsOf({ kind, definition, version, updatedAt }: Job): readonly (readonly [string, ReactNode])[] {
  const { source, target, base, file } = definition as {
    readonly [Part in "source" | "target" | "base" | "file"]?: string;
  };
  const place = (name: string, locator: string | undefined) =>
    locator === undefined ? [] : [[name, <PlaceLine key={name} place={locator} />] as const];
  return [
    ["Kind", kindName(kind)],
    ...place("Source", source),
    ...place("Target", target),
    ...place("Base", base),
    ...(file === undefined
      ? []
      : [
          [
            "File",
            <span key="file" className="sl-mono">
              {file}
            </span>,
          ] as const,
        ]),
    ...("dryRun" in definition && definition.dryRun
      ? [["Writes", "nothing: every run is dry"] as const]
      : []),
    [
      "Version",
      <span key="version">
        <Count value={version} />, saved <Ago at={updatedAt} />
      </span>,
    ],
  ];
}

function ScheduleCard({ job: { definition, enabled } }: { readonly job: Job }) {
  const { schedule } = definition;
  return (
    <Card title="When">
      {schedule === undefined ? (
        <Text size="sm">It runs by hand and by its hook alone.</Text>
      ) : enabled ? (
        <Stack gap={6}>
          <NextTimes schedule={schedule} />
          {"missed" in schedule && (
            <Text size="xs" c="dimmed">
              {missedWords(schedule.missed)}
            </Text>
          )}
        </Stack>
      ) : (
        <Text size="sm">Its schedule is switched off. Switched on, it runs {scheduleWords(schedule)}.</Text>
      )}
    </Card>
  );
}

function PairCard({ job, refusal, onDialog }: JobAsideProps) {
  const { data, error, refetch } = useQuery(pairQuery(job.id));
  const begun = !(isCodedError(error) && error.code === "resource.not_found");
  return (
    <Card title="What both sides agree on">
      <Stack gap="xs" align="flex-start">
        {!begun && <Text size="sm">Nothing yet: its first cycle is a first contact.</Text>}
        {begun && error !== null && data === undefined && (
          <ErrorState what="The pair could not be read" error={error} retry={() => void refetch()} />
        )}
        {begun && data !== undefined && (
          <FactList
            facts={[
              ["Cycles", <Count key="cycles" value={data.cycle} />],
              ["Last advanced", <Ago key="advanced" at={data.advancedAt} />],
              ["Since", <Ago key="since" at={data.createdAt} />],
            ]}
          />
        )}
        <Group gap="xs">
          <PageLink to="/conflicts" search={{ job: job.id }} size="sm">
            Its open conflicts
          </PageLink>
          {begun && data !== undefined && refusal === null && (
            <Button size="compact-sm" variant="default" onClick={() => onDialog("reset-pair")}>
              Forget it…
            </Button>
          )}
        </Group>
      </Stack>
    </Card>
  );
}

function HookCard({ job, refusal, onDialog }: JobAsideProps) {
  return (
    <Card title="Hook">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {job.hasHook
            ? "Whoever knows its address can start this job by a POST. It was shown once, when it was made."
            : "No address starts this job from outside."}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => onDialog("hook")}
          disabled={refusal !== null}
          {...(refusal === null ? {} : { title: refusal })}
        >
          {job.hasHook ? "Make a new one…" : "Make one…"}
        </Button>
      </Stack>
    </Card>
  );
}
