import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { isCodedError } from "@syncline/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api } from "../../api/client.ts";
import { CommandLine } from "../../components/command-line.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { counted, countText } from "../../components/number-text.ts";
import { type ConflictSearch, filterOf } from "./conflict-search.ts";
import { kindText } from "./conflict-words.ts";
import type { ConflictCounts } from "./conflicts-query.ts";
import { resolveCommand } from "./inbox-command.ts";
import { groupName } from "./inbox-filters.tsx";
import { NO_RULE, ruleOf } from "./rule-draft.ts";
import { RuleFields } from "./rule-fields.tsx";
import { RulePreview } from "./rule-preview.tsx";

interface RuleDialogProps {
  readonly search: ConflictSearch;
  readonly counts: ConflictCounts | undefined;
  /** A conflict of the list: it knows the columns of its table. */
  readonly sampleId: string | null;
  /** Of the job that the filter names. */
  readonly jobName: string | null;
  readonly onClose: () => void;
}

const TYPING_MS = 300;

/** Decides all that the filter shows by one rule, after it was seen what that would be. */
export function RuleDialog({ search, counts, sampleId, jobName, onClose }: RuleDialogProps) {
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState(NO_RULE);
  const [settled] = useDebouncedValue(draft, TYPING_MS);
  const rule = ruleOf(settled);
  const filter = useMemo(() => ruledFilter(search), [search]);
  const preview = useQuery({
    queryKey: ["conflicts", "preview", filter, rule],
    queryFn: ({ signal }) =>
      api.conflicts.previewRule({
        body: { filter, rule: rule ?? { kind: "side", side: "ours" }, show: 20 },
        signal,
      }),
    enabled: rule !== null,
    staleTime: 0,
    placeholderData: (before) => (rule === null ? undefined : before),
  });
  const decide = useMutation({
    mutationFn: ({ count, digest }: { readonly count: number; readonly digest: string }) =>
      api.conflicts.resolveByRule({
        body: { filter, rule: rule ?? { kind: "side", side: "ours" }, count, digest },
      }),
    onSuccess: ({ decided, left }) => {
      const rest = left === 0 ? "" : ` ${counted(left, "conflict")} left as before.`;
      notifications.show({ message: `Decided ${counted(decided, "conflict")}.${rest}` });
      void queryClient.invalidateQueries({ queryKey: ["conflicts"] });
      onClose();
    },
    onError: (error) => {
      // Another set by now: what it would be is shown again, and nothing is decided before that is seen.
      if (isCodedError(error) && error.code === "resource.changed") void preview.refetch();
    },
  });
  const found = rule === null ? undefined : preview.data;
  const ready = found !== undefined && !preview.isFetching && draft === settled && found.decided > 0;
  return (
    <Modal opened onClose={onClose} title="Decide many by a rule" size="64rem">
      <Stack gap="md">
        <Text size="sm">For {filterText(search, counts)}. What the rule does not decide stays as it is.</Text>
        <RuleFields draft={draft} change={setDraft} counts={counts} sampleId={sampleId} />
        {preview.error !== null && (
          <ErrorState
            what="It could not be previewed"
            error={preview.error}
            retry={() => void preview.refetch()}
          />
        )}
        {decide.error !== null && <ErrorState what="Nothing was decided" error={decide.error} />}
        <RulePreview preview={found} loading={preview.isFetching} />
        {rule !== null && <CommandLine command={resolveCommand({ ...search, jobName }, rule)} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={!ready}
            loading={decide.isPending}
            onClick={() => found !== undefined && decide.mutate({ count: found.count, digest: found.digest })}
          >
            {found === undefined ? "Decide" : `Decide ${countText(found.decided)}`}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Only what is open or decided is to be decided. */
function ruledFilter(search: ConflictSearch) {
  const { state, ...filter } = filterOf(search);
  return { ...filter, state: state === "resolved" ? ("resolved" as const) : ("open" as const) };
}

function filterText(
  { state, job, run, table, kind, column, key }: ConflictSearch,
  counts: ConflictCounts | undefined,
) {
  const group = counts?.groups.find(({ jobId, runId }) => (jobId ?? runId) === (job ?? run));
  const which = state === "resolved" ? "decided" : "open";
  const parts = [
    `all ${counts === undefined ? "" : `${countText(counts.total)} `}${which} conflicts`,
    (job ?? run) === undefined || group === undefined ? null : `of ${groupName(group)}`,
    table === undefined ? null : `in ${table}`,
    kind === undefined ? null : `of the kind “${kindText(kind)}”`,
    column === undefined ? null : `in column ${column}`,
    key === undefined ? null : `whose key contains “${key}”`,
  ];
  return parts.filter((part) => part !== null).join(" ");
}
