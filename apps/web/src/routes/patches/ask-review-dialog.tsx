import { Checkbox, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import type { BodyOf, reviews } from "@syncline/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { ownAddress } from "../../api/own-address.ts";
import { CommandLine } from "../../components/command-line.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { counted } from "../../components/number-text.ts";
import { PlacePicker } from "../../components/place-picker/place-picker.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { useTargetRules } from "./target-rules.ts";

type Strategy = "manual" | "ours" | "theirs";

interface AskReviewDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly patchId: string;
  /** Where it is applied, unless another place is chosen. */
  readonly target: string;
  readonly title?: string;
  readonly description?: string;
  readonly strategy?: Strategy;
}

const STRATEGIES: readonly { readonly value: Strategy; readonly label: string }[] = [
  { value: "manual", label: "Stop, and write nothing" },
  { value: "ours", label: "Skip them: the target's stay as they are" },
  { value: "theirs", label: "Overwrite them" },
];

/** Asks others to look at a patch before it is applied. What was typed stays when it is closed. */
export function AskReviewDialog({ opened, onClose, patchId, ...first }: AskReviewDialogProps) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [title, setTitle] = useState(first.title ?? "");
  const [description, setDescription] = useState(first.description ?? "");
  const [target, setTarget] = useState(first.target);
  const [strategy, setStrategy] = useState<Strategy>(first.strategy ?? "manual");
  const [includeCascades, setCascades] = useState(false);
  const [triggersOff, setTriggersOff] = useState(false);
  const rules = useTargetRules(target);
  const ask = useMutation({
    mutationFn: (body: BodyOf<typeof reviews.openReview>) => api.reviews.openReview({ body }),
    onSuccess: ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: ["reviews"] });
      onClose();
      void navigate({ to: "/reviews/$reviewId", params: { reviewId: id } });
    },
  });
  const definition = {
    name: "apply",
    kind: "apply",
    patch: patchId,
    target,
    strategy,
    includeCascades,
    triggers: triggersOff ? "off" : "auto",
  } as const;
  const command = commandOf([
    ...[
      "syncline",
      "review",
      "open",
      "--title",
      title.trim() || `Changes of ${target}`,
      "--patch",
      patchId,
      "--target",
      target,
      ...ownAddress(),
    ],
    ...(strategy === "manual" ? [] : ["--strategy", strategy]),
    ...(includeCascades ? ["--include-cascades"] : []),
    ...(triggersOff ? ["--triggers", "off"] : []),
  ]);
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title="Ask for a review"
      action="Ask for a review"
      busy={ask.isPending}
      disabled={title.trim() === "" || target === ""}
      error={ask.error}
      onConfirm={() => ask.mutate({ title: title.trim(), description, definition: definition as never })}
    >
      <Stack gap="sm">
        <TextInput
          label="Title"
          description="What it is about, in a line."
          required
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          data-autofocus
        />
        <Textarea
          label="Description"
          autosize
          minRows={2}
          maxRows={10}
          maxLength={10_000}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <PlacePicker label="Target" value={target} onChange={setTarget} required writes />
        <Text size="sm" c="dimmed">
          {rules.approvals > 0
            ? `${rules.environment} asks for ${counted(rules.approvals, "approval")} by others than you.`
            : "One approval by somebody else."}
          {rules.signatures && " Approvals are signed with the key that the server keeps for each person."}
        </Text>
        <Select
          label="Rows that changed meanwhile"
          allowDeselect={false}
          data={STRATEGIES}
          value={strategy}
          onChange={(value) => setStrategy((value as Strategy | null) ?? "manual")}
        />
        <Checkbox
          label="Also rows that foreign keys reach (include cascades)"
          checked={includeCascades}
          onChange={(event) => setCascades(event.currentTarget.checked)}
        />
        <Checkbox
          label="The target's triggers do not fire"
          checked={triggersOff}
          onChange={(event) => setTriggersOff(event.currentTarget.checked)}
        />
        <CommandLine command={command} />
      </Stack>
    </ConfirmDialog>
  );
}
