import { Button, Group, Text } from "@mantine/core";
import { IconFileDiff, IconPlayerPlay } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { ErrorState } from "../../components/error-state.tsx";
import { counted, countText } from "../../components/number-text.ts";
import { PageLink } from "../../components/page-link.tsx";
import { canBePatch, carriedOutBy } from "./conflict-words.ts";
import type { ConflictCounts, ConflictGroup } from "./conflicts-query.ts";
import { groupName } from "./inbox-filters.tsx";

interface ResultPanelProps {
  readonly group: ConflictGroup;
  /** How many of the group are in each state. */
  readonly states: ConflictCounts["states"];
}

/** What becomes of the decisions of a job: the next run writes them, or they become a patch. */
export function ResultPanel({ group, states }: ResultPanelProps) {
  const me = useMe();
  const navigate = useNavigate();
  const count = (state: string) => states.find(({ value }) => value === state)?.count ?? 0;
  const [open, decided] = [count("open"), count("resolved")];
  const rows = open === 0 ? "all" : "decided";
  const patch = useMutation({
    mutationFn: () =>
      api.conflicts.makePatch({
        body: { ...(group.jobId === null ? { runId: group.runId ?? "" } : { jobId: group.jobId }), rows },
      }),
    onSuccess: ({ id }) => navigate({ to: "/patches/$patchId", params: { patchId: id } }),
  });
  const run = useMutation({
    mutationFn: async () =>
      group.jobId === null
        ? api.runs.retryRun({ params: { id: group.runId ?? "" } })
        : api.jobs.runJob({ params: { id: group.jobId } }),
    onSuccess: ({ id }) => navigate({ to: "/runs/$runId", params: { runId: id } }),
  });
  const mayRun = me.can(group.jobId === null ? "runs:control" : "jobs:run");
  const failed = patch.error ?? run.error;
  return (
    <section
      className="sl-card"
      aria-label="What becomes of the decisions"
      style={{ padding: "0.625rem 0.75rem", marginBottom: "0.75rem" }}
    >
      <Group justify="space-between" gap="sm" align="center">
        <div style={{ minWidth: 0, flex: "1 1 20rem" }}>
          <Text size="sm" fw={600}>
            {group.jobId === null ? (
              groupName(group)
            ) : (
              <PageLink to="/jobs/$jobId" params={{ jobId: group.jobId }}>
                {groupName(group)}
              </PageLink>
            )}
            {": "}
            {counted(decided, "decision")} {decided === 1 ? "waits" : "wait"} to be written, {countText(open)}{" "}
            open
          </Text>
          <Text size="sm" c="dimmed">
            {carriedOutBy(group)}
          </Text>
        </div>
        <Group gap="xs">
          {canBePatch(group.kind) && (
            <Button
              variant="default"
              leftSection={<IconFileDiff size={16} aria-hidden />}
              onClick={() => patch.mutate()}
              loading={patch.isPending}
              disabled={decided === 0 || !me.can("patches:write")}
              title={decided === 0 ? "Nothing is decided yet." : ""}
            >
              {rows === "all" || decided === 0 ? "Make a patch" : `Make a patch of ${countText(decided)}`}
            </Button>
          )}
          <Button
            variant="default"
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
            onClick={() => run.mutate()}
            loading={run.isPending}
            disabled={decided === 0 || !mayRun}
            title={
              decided === 0 ? "Nothing is decided yet." : mayRun ? "" : "Your roles do not let you run it."
            }
          >
            {group.jobId === null ? "Try the run again" : "Run it now"}
          </Button>
        </Group>
      </Group>
      {failed !== null && <ErrorState what="It was not done" error={failed} />}
    </section>
  );
}
