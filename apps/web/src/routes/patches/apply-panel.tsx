import { Button, Group, Stack, Text, Title } from "@mantine/core";
import type { RunAnswer } from "@syncline/api";
import { IconCircleCheck, IconCircleDashed, IconShieldCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { counted } from "../../components/number-text.ts";
import { PlaceText } from "../../components/place-text.tsx";
import { driftOf, type PatchSummary } from "./drift.ts";
import { DriftResult } from "./drift-result.tsx";
import { useFollowedRun } from "./run-follow.ts";
import { RunProgress } from "./run-progress.tsx";
import { useTargetRules } from "./target-rules.ts";
import { UndoDialog } from "./undo-dialog.tsx";
import { WriteResult } from "./write-result.tsx";

export interface WriteWish {
  /** Leave rows alone that are not as the patch says. */
  readonly skipMoved: boolean;
  /** Name of a protected server, as it was typed. */
  readonly confirm: string | undefined;
}

interface ApplyPanelProps {
  readonly target: string;
  readonly summary: PatchSummary | null;
  /** Does everything and rolls it back. Null: what would be written is known only while it is written. */
  readonly trial: ((wish: Pick<WriteWish, "skipMoved">) => Promise<RunAnswer>) | null;
  readonly write: (wish: WriteWish) => Promise<RunAnswer>;
  /** Why it may not be written; null: it may. */
  readonly blocked: string | null;
  /** The write that was made already. */
  readonly doneRunId?: string | null;
  /** Beside the drift: what else can be done about rows that moved. */
  readonly reviewAgain?: ReactNode;
  /** Skipping is another content where a review was approved: it is asked for instead. */
  readonly onSkip?: (() => void) | undefined;
  readonly mayTry: boolean;
  readonly onDone?: () => void;
}

/** The way of a patch into its target: a check for drift, the undo made sure, the write, its result and its undo. */
export function ApplyPanel(props: ApplyPanelProps) {
  const { target, summary, trial, write, blocked, doneRunId = null, reviewAgain, onSkip, mayTry } = props;
  const rules = useTargetRules(target);
  const [checked, setChecked] = useState<{ runId: string; skipMoved: boolean } | null>(null);
  const [written, setWritten] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const [undoing, setUndoing] = useState<string | null>(null);
  const checkRun = useFollowedRun(checked?.runId ?? null);
  const writeRun = useFollowedRun(written ?? doneRunId, () => written !== null && props.onDone?.());
  const check = useMutation({
    mutationFn: async (skipMoved: boolean) => {
      const run = await trial?.({ skipMoved });
      return run === undefined ? null : { runId: run.id, skipMoved };
    },
    onSuccess: setChecked,
  });
  const apply = useMutation({
    mutationFn: write,
    onSuccess: ({ id }) => {
      setWritten(id);
      setAsking(false);
    },
  });
  const drift = checkRun.run?.summary ? driftOf(checkRun.run.summary, summary) : null;
  const clean = checkRun.ended && drift !== null && drift.conflicts === 0 && checkRun.run?.error === null;
  const undoReady = trial === null || clean;
  const busy = check.isPending || (checked !== null && !checkRun.ended);
  const why =
    blocked ?? (undoReady ? null : whyNotYet(checkRun.ended ? (drift?.conflicts ?? null) : undefined));
  const nothing = clean && drift.applied === 0;
  const done = written !== null || doneRunId !== null;
  const stop = () => {
    setChecked(null);
    check.reset();
  };
  return (
    <Stack gap="lg" component="section" aria-label="Apply">
      {!done && trial !== null && (
        <Step done={clean} title="Check for drift">
          <Text size="sm" c="dimmed">
            Writes everything to <PlaceText place={target} /> in one transaction, counts, and rolls it back.
          </Text>
          <Group gap="xs">
            <Button
              variant={clean ? "default" : "filled"}
              onClick={() => check.mutate(false)}
              loading={busy}
              disabled={!mayTry}
            >
              {checked === null ? "Check for drift" : "Check again"}
            </Button>
            {!mayTry && (
              <Text size="sm" c="dimmed">
                It takes the role operator.
              </Text>
            )}
          </Group>
          {check.error !== null && <ErrorState what="It was not checked" error={check.error} />}
          {checked !== null && !checkRun.ended && <RunProgress run={checkRun.run} what="The check" />}
          {checkRun.ended && checkRun.run !== undefined && (
            <DriftResult
              run={checkRun.run}
              drift={drift}
              skipMoved={checked?.skipMoved === true}
              onSkip={onSkip ?? (() => check.mutate(true))}
              onStop={stop}
              reviewAgain={reviewAgain}
            />
          )}
        </Step>
      )}
      {!done && (
        <Step
          done={undoReady && trial !== null}
          icon={<IconShieldCheck size={20} aria-hidden />}
          title={undoReady && trial !== null ? "Undo ready" : "Undo"}
        >
          <Text size="sm">
            {trial === null
              ? "What a run overwrites and deletes is kept in the target as it writes, and read back before it commits."
              : undoReady && drift !== null
                ? `What puts back ${counted(drift.applied, "row")} was written to the target's ledger in the check, too; in the write it is read back and compared before anything is committed.`
                : "Known after the check, which writes what undo needs to the target's ledger as well."}
          </Text>
        </Step>
      )}
      <Step done={writeRun.run?.state === "succeeded"} title={done ? "Result" : "Apply"}>
        {!done && (
          <Group gap="xs">
            <Button onClick={() => setAsking(true)} disabled={why !== null || nothing}>
              {clean ? `Apply ${counted(drift.applied, "change")}` : "Apply"}
            </Button>
            <Text size="sm" c="dimmed" role="status">
              {why ?? (nothing ? "Nothing is left to write: all of it is so already." : "")}
            </Text>
          </Group>
        )}
        {done && !writeRun.ended && <RunProgress run={writeRun.run} what="The write" />}
        {writeRun.ended && writeRun.run !== undefined && (
          <WriteResult run={writeRun.run} target={target} onUndo={setUndoing} />
        )}
        {writeRun.ended && written !== null && writeRun.run?.state !== "succeeded" && (
          <Group>
            <Button variant="default" onClick={() => setWritten(null)}>
              Back to the check
            </Button>
          </Group>
        )}
      </Step>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Apply to ${target}`}
        action={drift === null ? "Apply" : `Apply ${counted(drift.applied, "change")}`}
        busy={apply.isPending}
        error={apply.error}
        onConfirm={() => apply.mutate({ skipMoved: checked?.skipMoved === true, confirm: rules.typed })}
        {...(rules.typed === undefined ? {} : { typed: rules.typed })}
      >
        <Text size="sm">
          {drift === null ? "It is" : `${counted(drift.applied, "row")} of`} <PlaceText place={target} />{" "}
          {drift === null ? "is written." : "are written in one transaction: all of them or none."} Every old
          value is compared once more; a row that moved meanwhile stops it.
        </Text>
      </ConfirmDialog>
      {undoing !== null && (
        <UndoDialog opened onClose={() => setUndoing(null)} ledgerId={undoing} target={target} />
      )}
    </Stack>
  );
}

/** `conflicts`: undefined before a check, null when it could not be made. */
function whyNotYet(conflicts: number | null | undefined): string {
  if (conflicts === undefined)
    return "Check for drift first: nothing is written before it is known what would be.";
  if (conflicts === null) return "The check says that it cannot be applied as it is.";
  return "Rows moved: choose above what to do with them.";
}

interface StepProps {
  readonly done: boolean;
  readonly title: string;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}

function Step({ done, title, icon, children }: StepProps) {
  return (
    <Group align="flex-start" gap="sm" wrap="nowrap">
      <span style={{ color: done ? "var(--sl-insert)" : "var(--sl-muted)", lineHeight: 0, paddingTop: 1 }}>
        {done ? (
          (icon ?? <IconCircleCheck size={20} aria-hidden />)
        ) : (
          <IconCircleDashed size={20} aria-hidden />
        )}
      </span>
      <Stack gap="xs" style={{ flex: 1, minWidth: 0 }}>
        <Title order={3} size="h3">
          {title}
        </Title>
        {children}
      </Stack>
    </Group>
  );
}
