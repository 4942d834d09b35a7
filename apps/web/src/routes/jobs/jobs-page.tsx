import { ActionIcon, Badge, Group, Select, Stack, Switch, Text, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { JOB_KINDS } from "@syncline/api";
import { IconFileText, IconPlayerPlay, IconPlus, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { describeError } from "../../api/describe-error.ts";
import { useMe } from "../../api/me.ts";
import { usePlaceFacts } from "../../api/places.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { EnvironmentBadge } from "../../components/environment-badge.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { PageButton } from "../../components/page-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { fixedBecause, useRefusalFor, useRunJob, useSwitchJob } from "./job-actions.ts";
import { shortPlace } from "./job-places.ts";
import { type Job, jobsQuery } from "./job-queries.ts";
import { JOB_STATES, STATE_FILTERS } from "./job-states.ts";
import { KIND_WORDS, kindName } from "./kind-words.ts";
import { scheduleWords } from "./schedule-words.ts";

const route = getRouteApi("/shell/jobs");
const TYPED_MS = 250;

/** All saved jobs of the project. */
export function JobsPage() {
  const me = useMe();
  const search = route.useSearch();
  const query = useInfiniteQuery(jobsQuery(search));
  const filtered = search.kind !== undefined || search.state !== undefined || (search.text ?? "") !== "";
  const mayCreate = me.can("jobs:write") || Object.keys(me.environments).length > 0;
  const create = (
    <PageButton to="/jobs/new" leftSection={<IconPlus size={15} aria-hidden />}>
      Create a job
    </PageButton>
  );
  return (
    <>
      <PageHeader
        title="Jobs"
        description="What is done by a schedule, by a call, or by hand: comparisons, copies, places kept in step."
        command="syncline service status"
        actions={mayCreate ? create : undefined}
      />
      <Stack gap="sm">
        <Filters />
        <PagesBoundary query={query} failed="The jobs could not be read">
          {(jobs, more) => (
            <JobsTable
              jobs={jobs}
              more={more}
              empty={
                filtered ? (
                  <EmptyState
                    title="No job is like that"
                    action={
                      <PageButton to="/jobs" variant="default">
                        Show all jobs
                      </PageButton>
                    }
                  >
                    No job has this text, kind and state together.
                  </EmptyState>
                ) : (
                  <EmptyState
                    icon={<IconFileText size={28} stroke={1.4} aria-hidden />}
                    title="There are no jobs yet"
                    action={mayCreate ? create : undefined}
                  >
                    A job compares, copies or keeps two places in step, as often as you say. The first one is
                    made in a minute; nothing runs before you save it.
                  </EmptyState>
                )
              }
            />
          )}
        </PagesBoundary>
      </Stack>
    </>
  );
}

function Filters() {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/jobs" });
  const textInput = useRef<HTMLInputElement>(null);
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const setText = useDebouncedCallback(
    (text: string) => set({ text: text === "" ? undefined : text }),
    TYPED_MS,
  );
  useShortcuts("Jobs", [
    { keys: "f", label: "Find a job on this page", run: () => textInput.current?.focus() },
    { keys: "n", label: "Create a job", run: () => void navigate({ to: "/jobs/new" }) },
  ]);
  return (
    <Group gap="xs" role="search" aria-label="Jobs">
      <TextInput
        ref={textInput}
        key={search.text === undefined ? "empty" : "text"}
        defaultValue={search.text ?? ""}
        onChange={(event) => setText(event.currentTarget.value)}
        placeholder="Name, description or place"
        aria-label="Jobs with this text"
        leftSection={<IconSearch size={15} aria-hidden />}
        w={260}
      />
      <Select
        aria-label="Kind"
        placeholder="Every kind"
        data={JOB_KINDS.map((value) => ({ value, label: KIND_WORDS[value].name }))}
        value={search.kind ?? null}
        onChange={(kind) => set({ kind: JOB_KINDS.find((each) => each === kind) })}
        clearable
        w={170}
      />
      <Select
        aria-label="State"
        placeholder="Every state"
        data={JOB_STATES.map((value) => ({ value, label: STATE_FILTERS[value].label }))}
        value={search.state ?? null}
        onChange={(state) => set({ state: JOB_STATES.find((each) => each === state) })}
        clearable
        w={210}
      />
    </Group>
  );
}

interface JobsTableProps {
  readonly jobs: readonly Job[];
  readonly more: { readonly load: () => void; readonly loading: boolean } | undefined;
  readonly empty: React.ReactNode;
}

function JobsTable({ jobs, more, empty }: JobsTableProps) {
  return (
    <ListTable
      label="Jobs"
      rows={jobs}
      rowKey={({ id }) => id}
      empty={empty}
      {...(more === undefined ? {} : { more })}
      columns={[
        {
          id: "name",
          header: "Job",
          cell: (job) => (
            <Stack gap={2} miw={150}>
              <Group gap={6} wrap="nowrap">
                <PageLink to="/jobs/$jobId" params={{ jobId: job.id }} fw={600}>
                  {job.name}
                </PageLink>
                {job.origin === "config" && (
                  <Tooltip label={fixedBecause(job)} multiline maw={300}>
                    <Badge variant="default" radius="sm" tt="none" size="sm" tabIndex={0}>
                      config file
                    </Badge>
                  </Tooltip>
                )}
              </Group>
              <Text size="xs" c="dimmed" lineClamp={1} title={job.definition.description}>
                {kindName(job.kind)}
                {job.definition.description === undefined ? "" : ` · ${job.definition.description}`}
              </Text>
            </Stack>
          ),
        },
        { id: "places", header: "From and to", cell: (job) => <JobPlaces job={job} /> },
        {
          id: "schedule",
          header: "When",
          cell: ({ definition, enabled }) => (
            <Text size="sm" maw={220} c={enabled ? "" : "dimmed"}>
              {scheduleWords(definition.schedule)}
            </Text>
          ),
        },
        {
          id: "next",
          header: "Next run",
          cell: ({ enabled, nextFireAt }) => <Ago at={enabled ? nextFireAt : null} />,
        },
        { id: "last", header: "Last run", cell: (job) => <LastRun job={job} /> },
        { id: "enabled", header: "Schedule", cell: (job) => <EnabledSwitch job={job} /> },
        {
          id: "run",
          header: <span className="sl-visually-hidden">Run</span>,
          cell: (job) => <RunNow job={job} />,
        },
      ]}
    />
  );
}

function JobPlaces({ job: { definition } }: { readonly job: Job }) {
  const { source, target, file } = definition as { readonly [Part in "source" | "target" | "file"]?: string };
  const from = source ?? (definition.kind === "import" ? file : undefined);
  const to = target ?? (definition.kind === "export" ? file : undefined);
  return (
    <Stack gap={2}>
      {from !== undefined && <ShortPlace place={from} />}
      {to !== undefined && (
        <Group gap={6} wrap="nowrap">
          <Text component="span" c="dimmed" aria-label="to">
            →
          </Text>
          <ShortPlace place={to} />
        </Group>
      )}
    </Stack>
  );
}

/** On one line; the whole locator is its title. */
function ShortPlace({ place }: { readonly place: string }) {
  const facts = usePlaceFacts()(place);
  return (
    <Group gap={6} wrap="nowrap">
      <Text component="span" className="sl-mono" title={place} truncate maw={240}>
        {shortPlace(place)}
      </Text>
      {facts !== null && facts.environment !== null && <EnvironmentBadge name={facts.environment} />}
    </Group>
  );
}

function LastRun({ job: { lastRun } }: { readonly job: Job }) {
  if (lastRun === null)
    return (
      <Text component="span" size="sm" c="dimmed">
        never
      </Text>
    );
  return (
    <Group gap={6} wrap="nowrap">
      <PageLink to="/runs/$runId" params={{ runId: lastRun.id }} aria-label={`Last run: ${lastRun.state}`}>
        <StateBadge state={lastRun.state} />
      </PageLink>
      <Text component="span" size="xs" c="dimmed">
        <Ago at={lastRun.finishedAt ?? lastRun.createdAt} />
      </Text>
    </Group>
  );
}

function EnabledSwitch({ job }: { readonly job: Job }) {
  const { mutate, isPending, variables } = useSwitchJob();
  const refusal = useRefusalFor(job, "jobs:write");
  const why = fixedBecause(job) ?? refusal;
  const shown = isPending ? variables.enabled : job.enabled;
  if (job.definition.schedule === undefined && job.enabled)
    return (
      <Text component="span" size="sm" c="dimmed">
        none
      </Text>
    );
  return (
    <Tooltip label={why ?? (job.enabled ? "Switch its schedule off" : "Switch its schedule on")}>
      <Switch
        size="sm"
        checked={shown}
        disabled={why !== null}
        aria-label={`Schedule of ${job.name}`}
        onChange={(event) =>
          mutate(
            { job, enabled: event.currentTarget.checked },
            {
              onError: (error) =>
                notifications.show({
                  color: "red",
                  title: `${job.name} was not changed`,
                  message: describeError(error).message,
                }),
            },
          )
        }
      />
    </Tooltip>
  );
}

function RunNow({ job }: { readonly job: Job }) {
  const { mutate, isPending } = useRunJob();
  const navigate = useNavigate();
  const refusal = useRefusalFor(job, "jobs:run");
  return (
    <Tooltip label={refusal ?? "Run it now"}>
      <ActionIcon
        variant="default"
        aria-label={`Run ${job.name} now`}
        loading={isPending}
        data-disabled={refusal !== null || undefined}
        aria-disabled={refusal !== null}
        onClick={() => {
          if (refusal !== null) return;
          mutate(
            { id: job.id },
            {
              onSuccess: (run) => void navigate({ to: "/runs/$runId", params: { runId: run.id } }),
              onError: (error) =>
                notifications.show({
                  color: "red",
                  title: `${job.name} was not started`,
                  message: describeError(error).message,
                }),
            },
          );
        }}
      >
        <IconPlayerPlay size={15} />
      </ActionIcon>
    </Tooltip>
  );
}
