import { Badge, Box, Button, Group, Menu, Text, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { WRITING_KINDS } from "@syncline/api";
import {
  IconCopy,
  IconDots,
  IconEdit,
  IconGitPullRequest,
  IconPlayerPause,
  IconPlayerPlay,
  IconTrash,
  IconWebhook,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { describeError } from "../../api/describe-error.ts";
import { useMe } from "../../api/me.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { PageButton } from "../../components/page-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { StateBadge } from "../../components/state-badge.tsx";
import { fixedBecause, useRefusalFor, useRunJob, useSwitchJob } from "./job-actions.ts";
import { JobAside } from "./job-aside.tsx";
import { type JobDialog, JobDialogs } from "./job-dialogs.tsx";
import { placesOf } from "./job-places.ts";
import { type Job, jobQuery } from "./job-queries.ts";
import { JobTimeline } from "./job-timeline.tsx";
import { kindName } from "./kind-words.ts";

/** One job: what it is, when it runs, and everything that happened to it. */
export function JobPage() {
  const { jobId } = useParams({ from: "/shell/jobs/$jobId" });
  const query = useQuery(jobQuery(jobId));
  return (
    <QueryBoundary query={query} failed="The job could not be read">
      {(job) => <LoadedJob job={job} />}
    </QueryBoundary>
  );
}

function LoadedJob({ job }: { readonly job: Job }) {
  const [dialog, setDialog] = useState<JobDialog | null>(null);
  const mayWrite = useRefusalFor(job, "jobs:write");
  const { lastRun } = job;
  return (
    <>
      <PageHeader
        title={job.name}
        trail={[
          <PageLink key="jobs" to="/jobs">
            Jobs
          </PageLink>,
        ]}
        badges={
          <Group gap={6}>
            {lastRun !== null && (
              <PageLink
                to="/runs/$runId"
                params={{ runId: lastRun.id }}
                aria-label={`Last run: ${lastRun.state}`}
              >
                <StateBadge state={lastRun.state} />
              </PageLink>
            )}
            {!job.enabled && <StateBadge state="paused" label="schedule off" />}
            {job.origin === "config" && (
              <Tooltip label={fixedBecause(job)} multiline maw={300}>
                <Badge variant="default" radius="sm" tt="none" tabIndex={0}>
                  config file
                </Badge>
              </Tooltip>
            )}
          </Group>
        }
        description={job.definition.description ?? kindName(job.kind)}
        actions={<JobActions job={job} onDialog={setDialog} />}
        command={commandOf(["syncline", "service", "trigger", job.name])}
        places={placesOf(job.definition)}
      />
      {job.origin === "config" && (
        <Text size="sm" c="dimmed" mb="md">
          {fixedBecause(job)}
        </Text>
      )}
      <Group align="flex-start" gap="md" wrap="wrap">
        <Box flex={1} miw={320}>
          <JobTimeline job={job} onDialog={setDialog} />
        </Box>
        <Box w={{ base: "100%", lg: 380 }}>
          <JobAside job={job} refusal={mayWrite} onDialog={setDialog} />
        </Box>
      </Group>
      <JobDialogs job={job} opened={dialog} onClose={() => setDialog(null)} />
    </>
  );
}

interface JobActionsProps {
  readonly job: Job;
  readonly onDialog: (dialog: JobDialog) => void;
}

function JobActions({ job, onDialog }: JobActionsProps) {
  const me = useMe();
  const navigate = useNavigate();
  const run = useRunJob();
  const toggle = useSwitchJob();
  const mayNotRun = useRefusalFor(job, "jobs:run");
  const mayNotWrite = useRefusalFor(job, "jobs:write");
  const fixed = fixedBecause(job) ?? mayNotWrite;
  const failed = (title: string) => (error: unknown) =>
    notifications.show({ color: "red", title, message: describeError(error).message });
  const runNow = () => {
    if (mayNotRun !== null || run.isPending) return;
    run.mutate(
      { id: job.id },
      {
        onSuccess: () =>
          notifications.show({ title: `${job.name} is started`, message: "Its run is in the timeline." }),
        onError: failed(`${job.name} was not started`),
      },
    );
  };
  const edit = () => void navigate({ to: "/jobs/$jobId/edit", params: { jobId: job.id } });
  useShortcuts("This job", [
    { keys: "r", label: "Run it now", run: runNow },
    ...(fixed === null ? [{ keys: "e", label: "Edit it", run: edit }] : []),
  ]);
  const hasSchedule = job.definition.schedule !== undefined;
  const dry = "dryRun" in job.definition && job.definition.dryRun;
  const canReview =
    WRITING_KINDS.has(job.kind) &&
    !dry &&
    (me.can("reviews:write") || Object.keys(me.environments).length > 0);
  return (
    <>
      <Tooltip label={mayNotRun} disabled={mayNotRun === null}>
        <Button
          leftSection={<IconPlayerPlay size={15} aria-hidden />}
          onClick={runNow}
          loading={run.isPending}
          data-disabled={mayNotRun !== null || undefined}
          aria-disabled={mayNotRun !== null}
          aria-keyshortcuts="r"
        >
          Run now
        </Button>
      </Tooltip>
      {(hasSchedule || !job.enabled) && (
        <Tooltip label={fixed} disabled={fixed === null}>
          <Button
            variant="default"
            leftSection={
              job.enabled ? (
                <IconPlayerPause size={15} aria-hidden />
              ) : (
                <IconPlayerPlay size={15} aria-hidden />
              )
            }
            loading={toggle.isPending}
            data-disabled={fixed !== null || undefined}
            aria-disabled={fixed !== null}
            onClick={() => {
              if (fixed === null)
                toggle.mutate(
                  { job, enabled: !job.enabled },
                  { onError: failed(`${job.name} was not changed`) },
                );
            }}
          >
            {job.enabled ? "Switch schedule off" : "Switch schedule on"}
          </Button>
        </Tooltip>
      )}
      {fixed === null && (
        <PageButton
          to="/jobs/$jobId/edit"
          params={{ jobId: job.id }}
          variant="default"
          leftSection={<IconEdit size={15} aria-hidden />}
        >
          Edit
        </PageButton>
      )}
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default" px={8} aria-label={`More about ${job.name}`}>
            <IconDots size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconCopy size={15} />}
            onClick={() => void navigate({ to: "/jobs/new", search: { from: job.id } })}
          >
            Duplicate
          </Menu.Item>
          <Menu.Item
            leftSection={<IconWebhook size={15} />}
            disabled={mayNotWrite !== null}
            onClick={() => onDialog("hook")}
          >
            {job.hasHook ? "New hook…" : "Make a hook…"}
          </Menu.Item>
          {canReview && (
            <Menu.Item leftSection={<IconGitPullRequest size={15} />} onClick={() => onDialog("review")}>
              Ask for a review…
            </Menu.Item>
          )}
          {job.kind === "bi-sync" && (
            <Menu.Item disabled={mayNotRun !== null} onClick={() => onDialog("allow-deletes")}>
              Run once without limits of deletes…
            </Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconTrash size={15} />}
            c={fixed === null ? "var(--sl-delete)" : "dimmed"}
            disabled={fixed !== null}
            onClick={() => onDialog("delete")}
          >
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
