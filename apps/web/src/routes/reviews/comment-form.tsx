import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useId } from "react";
import { ErrorState } from "../../components/error-state.tsx";
import { type Anchor, anchorName, anchorText } from "./anchor.ts";
import { useDiscussion, useDiscussionActions } from "./discussion-context.tsx";
import { useDraft } from "./use-draft.ts";

interface CommentFormProps {
  readonly anchor: Anchor | null;
  /** Answers in this thread. */
  readonly thread?: string | null;
  readonly autoFocus?: boolean;
  readonly onDone?: (() => void) | undefined;
  readonly onCancel?: (() => void) | undefined;
}

/** What one has to say about a place. What was typed stays until it was sent. */
export function CommentForm({
  anchor,
  thread = null,
  autoFocus = false,
  onDone,
  onCancel,
}: CommentFormProps) {
  const { reviewId, closed } = useDiscussion();
  const { say } = useDiscussionActions();
  const id = useId();
  const [text, setText] = useDraft(`comment ${reviewId} ${thread ?? anchorName(anchor)}`);
  const body = text.trim();
  if (closed !== null)
    return (
      <Text size="sm" c="dimmed">
        {closed}
      </Text>
    );
  const send = () => {
    if (body === "" || say.isPending) return;
    say.mutate(
      { body, anchor, thread },
      {
        onSuccess: () => {
          setText("");
          onDone?.();
        },
      },
    );
  };
  const label = thread === null ? `Comment on ${anchorText(anchor)}` : "Answer";
  return (
    <form
      aria-labelledby={id}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Stack gap="xs">
        <Textarea
          id={`${id}-text`}
          label={<span id={id}>{label}</span>}
          autosize
          minRows={thread === null ? 2 : 1}
          maxRows={12}
          maxLength={10_000}
          value={text}
          autoFocus={autoFocus}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              send();
            }
            if (event.key === "Escape" && onCancel !== undefined) {
              event.stopPropagation();
              onCancel();
            }
          }}
        />
        {say.error !== null && (
          <ErrorState what="It was not sent; what you typed is still here" error={say.error} />
        )}
        <Group gap="xs">
          <Button type="submit" size="xs" disabled={body === ""} loading={say.isPending}>
            {thread === null ? "Comment" : "Answer"}
          </Button>
          {onCancel !== undefined && (
            <Button variant="default" size="xs" onClick={onCancel}>
              Cancel
            </Button>
          )}
          <Text size="xs" c="dimmed" visibleFrom="sm">
            Ctrl+Enter sends
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
