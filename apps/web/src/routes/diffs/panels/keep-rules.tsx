import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../../api/client.ts";
import { canSomewhere, useMe } from "../../../api/me.ts";
import { ErrorState } from "../../../components/error-state.tsx";
import { PageLink } from "../../../components/page-link.tsx";
import { LinesSkeleton } from "../../../components/query-boundary.tsx";
import { coversRules, holdsUrl, isComparing, type RuleTexts, withRules } from "./rule-texts.ts";
import type { JobAnswer, RuleTarget } from "./use-rule-target.ts";

interface KeepRulesProps {
  readonly rules: RuleTexts;
  readonly target: RuleTarget;
}

/** Saves rules to the job that compared, with the reason, or compares once more under them. */
export function KeepRules({ rules, target }: KeepRulesProps) {
  const me = useMe();
  if (target.isLoading) return <LinesSkeleton lines={2} height={36} />;
  const { job, obstacle } = target;
  const mayWrite = canSomewhere(me, "jobs:write");
  return (
    <Stack gap="md">
      {job !== null && obstacle === null && mayWrite ? (
        <SaveToJob job={job} rules={rules} />
      ) : (
        <Text size="sm" c="dimmed">
          {obstacle ?? "Your role does not change jobs."}
        </Text>
      )}
      <CompareAgain rules={rules} target={target} />
    </Stack>
  );
}

function SaveToJob({ job, rules }: { readonly job: JobAnswer; readonly rules: RuleTexts }) {
  const queryClient = useQueryClient();
  const [reason, setReason] = useState("");
  const { definition } = job;
  const save = useMutation({
    mutationFn: async () => {
      if (!isComparing(definition)) throw new Error("The job is not a comparison.");
      return api.jobs.updateJob({
        params: { id: job.id },
        body: { version: job.version, definition: withRules(definition, rules), reason: reason.trim() },
      });
    },
    // Somebody else may have changed it: what was typed stays, and goes with the next version.
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["jobs"] }),
  });
  const link = (
    <PageLink to="/jobs/$jobId" params={{ jobId: job.id }} underline="always">
      {job.name}
    </PageLink>
  );
  if (isComparing(definition) && coversRules(definition, rules))
    return (
      <Text size="sm" className="sl-tint-insert" p="xs" style={{ borderRadius: 4 }} role="status">
        <IconCheck size={15} aria-hidden style={{ verticalAlign: "text-bottom" }} />{" "}
        {save.isSuccess ? "Saved to " : "These are rules already of "}
        {link}. They count from its next run on.
      </Text>
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== "" && !save.isPending) save.mutate();
      }}
    >
      <Stack gap="xs">
        <Textarea
          label="Why"
          description="Kept with your name in the job's timeline and the audit log."
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          autosize
          minRows={2}
          maxLength={2000}
          withAsterisk
        />
        {save.error !== null && <ErrorState what="The rule was not saved" error={save.error} />}
        <Group gap="sm">
          <Button type="submit" disabled={reason.trim() === ""} loading={save.isPending}>
            Save to the job {job.name}
          </Button>
          <Text size="xs" c="dimmed">
            Counts from the next run of {link} on; this patch stays as it is.
          </Text>
        </Group>
      </Stack>
    </form>
  );
}

function CompareAgain({ rules, target: { run } }: KeepRulesProps) {
  const me = useMe();
  const navigate = useNavigate();
  const again = useMutation({
    mutationFn: () => {
      if (run === null || run.definition.kind !== "diff")
        throw new Error("There is no comparison to repeat.");
      const {
        name: _,
        kind: __,
        description: ___,
        enabled: ____,
        schedule: _____,
        ...request
      } = withRules(run.definition, rules);
      return api.diffs.startDiff({ body: request });
    },
    onSuccess: ({ id }) => void navigate({ to: "/runs/$runId", params: { runId: id } }),
  });
  if (run?.definition.kind !== "diff" || holdsUrl(run.definition) || !canSomewhere(me, "rows:diff"))
    return null;
  return (
    <Stack gap="xs">
      {again.error !== null && <ErrorState what="The comparison did not start" error={again.error} />}
      <Group gap="sm">
        <Button variant="default" onClick={() => again.mutate()} loading={again.isPending}>
          Compare once more with these rules
        </Button>
        <Text size="xs" c="dimmed">
          A run of its own; no job is changed.
        </Text>
      </Group>
    </Stack>
  );
}
