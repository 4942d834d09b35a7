import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { describeError } from "../../api/describe-error.ts";
import { ownAddress } from "../../api/own-address.ts";
import { CommandLine } from "../../components/command-line.tsx";
import { EnvironmentBadge } from "../../components/environment-badge.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { reviewQuery } from "./review-queries.ts";
import { type Review, seenCode } from "./review-standing.ts";
import { useDraft } from "./use-draft.ts";

export type Decision = "approve" | "refuse" | "withdraw";
export type Seen = Pick<Review, "content" | "fingerprint">;

interface DecideDialogProps {
  readonly review: Review;
  /** What the page showed when it was read. */
  readonly seen: Seen;
  readonly decision: Decision | null;
  readonly onClose: () => void;
  /** The newest is read and shown. */
  readonly onLookAgain: () => void;
}

const WORDS = {
  approve: { title: "Approve", action: "Approve", label: "Why (optional)" },
  refuse: { title: "Refuse", action: "Refuse", label: "What has to change" },
  withdraw: { title: "Withdraw", action: "Withdraw", label: "Why (optional)" },
} as const;

/** One's word on a review. The server gets what the page showed, and refuses when that is not what it is about. */
export function DecideDialog({ review, seen, decision, onClose, onLookAgain }: DecideDialogProps) {
  const queryClient = useQueryClient();
  const [reason, setReason] = useDraft(`decision ${review.id}`);
  const { queryKey } = reviewQuery(review.id);
  const decide = useMutation({
    mutationFn: (what: Decision) => {
      const params = { id: review.id };
      if (what === "withdraw")
        return api.reviews.withdrawReview({ params, body: reason.trim() === "" ? {} : { reason } });
      const { content, fingerprint } = seen;
      const body = { content, fingerprint, reason };
      return what === "approve"
        ? api.reviews.approveReview({ params, body })
        : api.reviews.refuseReview({ params, body });
    },
    onSuccess: (next) => {
      queryClient.setQueryData(queryKey, next);
      void queryClient.invalidateQueries({ queryKey: ["reviews", "list"] });
      setReason("");
      onClose();
    },
    // It may have been voided by the very try.
    onError: () => void queryClient.invalidateQueries({ queryKey }),
  });
  const close = () => {
    decide.reset();
    onClose();
  };
  const lookAgain = () => {
    onLookAgain();
    close();
  };
  const { title, action, label } = WORDS[decision ?? "approve"];
  const { number, hazards, counts, environment, target } = review;
  const ready = decision !== "refuse" || reason.trim() !== "";
  const code = decide.error === null ? null : describeError(decide.error).code;
  return (
    <Modal opened={decision !== null} onClose={close} title={`${title} review ${number}`} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (decision !== null && ready && !decide.isPending) decide.mutate(decision);
        }}
      >
        <Stack gap="md">
          <Group gap="xs">
            <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
              {review.title}
            </Text>
            {environment !== null && <EnvironmentBadge name={environment} />}
            {counts !== null && <KindCounts {...counts} />}
          </Group>
          {decision === "approve" && (
            <Text size="sm" c="dimmed">
              For exactly what this page showed, on <span className="sl-mono">{target}</span> as it was. Any
              change voids it.
            </Text>
          )}
          {decision === "refuse" && (
            <Text size="sm" c="dimmed">
              One refusal ends the review; who asked sees the reason.
            </Text>
          )}
          {decision === "approve" && hazards.length > 0 && (
            <ul style={{ margin: 0, paddingLeft: "1.2rem" }}>
              {hazards.map((hazard) => (
                <li key={hazard}>
                  <Text size="sm" c={/delete/.test(hazard) ? "var(--sl-delete)" : "var(--sl-update)"}>
                    {hazard}
                  </Text>
                </li>
              ))}
            </ul>
          )}
          <Textarea
            label={label}
            required={decision === "refuse"}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus
          />
          {decide.error !== null && (
            <>
              <ErrorState what="It was not decided; what you typed is still here" error={decide.error} />
              <NextStep code={code} onLookAgain={lookAgain} />
            </>
          )}
          {decision !== null && (
            <CommandLine
              command={commandOf([
                ...["syncline", "review", decision, String(number)],
                ...(decision === "approve" ? ["--seen", seenCode(seen)] : []),
                ...(decision === "refuse" || reason.trim() !== "" ? ["--reason", reason.trim() || "…"] : []),
                ...ownAddress(),
              ])}
            />
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button
              type="submit"
              disabled={!ready}
              loading={decide.isPending}
              {...(decision === "refuse" ? { color: "red.9" } : {})}
            >
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** What to do about a decision that the server did not take. */
function NextStep({ code, onLookAgain }: { readonly code: string | null; readonly onLookAgain: () => void }) {
  if (code === null || !code.startsWith("review.") || code === "review.own") return null;
  return (
    <Group gap="xs">
      <Button variant="default" size="xs" onClick={onLookAgain}>
        Look at it again
      </Button>
      <Text size="sm" c="dimmed">
        {code === "review.changed"
          ? "The page shows it as it is now; your text stays."
          : "The page says how it ended and what to do next."}
      </Text>
    </Group>
  );
}
