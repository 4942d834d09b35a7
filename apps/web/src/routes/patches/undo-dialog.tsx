import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import type { RunAnswer } from "@syncline/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { describeError } from "../../api/describe-error.ts";
import { useMe } from "../../api/me.ts";
import { ownAddress } from "../../api/own-address.ts";
import { CommandLine } from "../../components/command-line.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { counted } from "../../components/number-text.ts";
import { PlaceText } from "../../components/place-text.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { useFollowedRun } from "./run-follow.ts";
import { RunProgress } from "./run-progress.tsx";
import { storedError } from "./stored-error.ts";
import { useTargetRules } from "./target-rules.ts";

interface UndoDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Of the application that is taken back. */
  readonly ledgerId: string;
  /** Where it was applied. */
  readonly target: string;
}

const REVIEW_NEEDED = new Set(["review.required", "review.closed", "review.voided", "review.expired"]);

/** Takes back what was applied; where writes are looked at by others first, it asks for a review of the undo. */
export function UndoDialog(props: UndoDialogProps) {
  const { target, ledgerId, opened, onClose } = props;
  const me = useMe();
  const rules = useTargetRules(target);
  const [asked, setAsked] = useState(false);
  const [runId, setRunId] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: () =>
      api.transfers.undo({
        body: { ledgerId, target, ...(rules.typed === undefined ? {} : { confirm: rules.typed }) },
      }),
    onSuccess: ({ id }) => setRunId(id),
  });
  const { run, ended } = useFollowedRun(runId);
  const refused = [describeError(start.error).code, run?.error?.code].some(
    (code) => typeof code === "string" && REVIEW_NEEDED.has(code),
  );
  if (asked || rules.approvals > 0 || refused)
    return <ReviewOfUndo {...props} environment={rules.environment} />;
  if (runId !== null)
    return (
      <Modal opened={opened} onClose={onClose} title="Undo" size="lg">
        <Stack gap="md">
          {ended && run !== undefined ? (
            <UndoResult run={run} onAsk={() => setAsked(true)} />
          ) : (
            <RunProgress run={run} what="The undo" />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
          </Group>
        </Stack>
      </Modal>
    );
  const may = me.can("rows:undo", rules.environment);
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title="Undo what was applied"
      action="Undo"
      busy={start.isPending}
      disabled={!may || rules.frozen !== null}
      error={start.error}
      onConfirm={() => start.mutate()}
      {...(rules.typed === undefined ? {} : { typed: rules.typed })}
    >
      <Text size="sm">
        The exact rows from before are put back in <PlaceText place={target} />, all of them or none. Rows
        that somebody changed since stop it; then nothing is undone. The undo can be undone, too.
      </Text>
      {rules.frozen !== null && (
        <Text size="sm" c="var(--sl-update)">
          {rules.environment} is frozen: {rules.frozen}
        </Text>
      )}
      {!may && (
        <Text size="sm">
          It takes the role operator{rules.environment === null ? "" : ` in ${rules.environment}`}.
        </Text>
      )}
      <CommandLine command={commandOf(["syncline", "undo", ledgerId, target])} />
    </ConfirmDialog>
  );
}

function UndoResult({ run, onAsk }: { readonly run: RunAnswer; readonly onAsk: () => void }) {
  if (run.error !== null)
    return (
      <>
        <ErrorState what="Nothing was undone" error={storedError(run.error)} />
        {run.error.code.startsWith("review.") && (
          <Button variant="default" onClick={onAsk}>
            Ask for a review of the undo
          </Button>
        )}
      </>
    );
  const { inserted = 0, updated = 0, deleted = 0, conflicts = 0 } = run.summary?.counts ?? {};
  return (
    <Text size="sm" role="status">
      {run.state === "succeeded"
        ? `Undone: ${counted(inserted + updated + deleted, "row")} put back.`
        : `Nothing was undone: ${counted(conflicts, "row")} changed since. They are in the conflicts inbox.`}
    </Text>
  );
}

function ReviewOfUndo({
  opened,
  onClose,
  ledgerId,
  target,
  environment,
}: UndoDialogProps & { readonly environment: string | null }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [title, setTitle] = useState("");
  const [description, setDescription] = useState("");
  const ask = useMutation({
    mutationFn: () =>
      api.reviews.openReview({
        body: {
          title: title.trim(),
          description,
          definition: { name: "undo", kind: "undo", ledgerId, target },
        },
      }),
    onSuccess: ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: ["reviews"] });
      onClose();
      void navigate({ to: "/reviews/$reviewId", params: { reviewId: id } });
    },
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title="An undo is looked at by others, too"
      action="Ask for a review"
      busy={ask.isPending}
      disabled={title.trim() === ""}
      error={ask.error}
      onConfirm={() => ask.mutate()}
    >
      <Text size="sm">
        Writes to {environment ?? "this place"} take the approval of others, and an undo is one. Once it is
        approved it is applied from the review's page.
      </Text>
      <TextInput
        label="Title"
        required
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        maxLength={200}
        data-autofocus
      />
      <TextInput
        label="Why"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        maxLength={10_000}
      />
      <CommandLine
        command={commandOf([
          "syncline",
          "review",
          "open",
          "--title",
          title || "Undo",
          "--undo",
          ledgerId,
          "--target",
          target,
          ...ownAddress(),
        ])}
      />
    </ConfirmDialog>
  );
}
