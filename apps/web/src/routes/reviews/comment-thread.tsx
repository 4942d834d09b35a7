import { ActionIcon, Button, Group, Stack, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconLink, IconMessageReply, IconRotate } from "@tabler/icons-react";
import { useState } from "react";
import { describeError } from "../../api/describe-error.ts";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { type Comment, isOpen, type Thread } from "./anchor.ts";
import { CommentForm } from "./comment-form.tsx";
import { useDiscussion, useDiscussionActions } from "./discussion-context.tsx";

/** One thread: what was said first, the answers, whether it is settled. */
export function CommentThread({ thread }: { readonly thread: Thread }) {
  const { closed, linked } = useDiscussion();
  const { settle } = useDiscussionActions();
  const { first, replies } = thread;
  const open = isOpen(thread);
  const named = [first, ...replies].some(({ id }) => id === linked);
  const [unfolded, setUnfolded] = useState(open || named);
  const [answering, setAnswering] = useState(false);
  return (
    <article
      className="sl-thread"
      data-open={open || undefined}
      aria-label={`Thread by ${actorText(first.createdBy)}${open ? "" : ", resolved"}`}
    >
      {!unfolded ? (
        <Group gap="xs" justify="space-between">
          <Text size="sm" c="dimmed" truncate style={{ flex: 1 }}>
            <IconCheck size={14} aria-hidden style={{ verticalAlign: "-2px" }} /> Resolved: {first.body}
          </Text>
          <Button variant="subtle" color="gray" size="compact-xs" onClick={() => setUnfolded(true)}>
            Show
          </Button>
        </Group>
      ) : (
        <Stack gap="xs">
          {[first, ...replies].map((comment) => (
            <Said key={comment.id} comment={comment} linked={comment.id === linked} />
          ))}
          <Group gap="xs">
            {!open && (
              <Text size="xs" c="dimmed">
                Resolved by {actorText(first.resolvedBy ?? "")} <Ago at={first.resolvedAt} />
              </Text>
            )}
            {closed === null && (
              <>
                {open && !answering && (
                  <Button
                    variant="default"
                    size="compact-xs"
                    leftSection={<IconMessageReply size={13} aria-hidden />}
                    onClick={() => setAnswering(true)}
                  >
                    Answer
                  </Button>
                )}
                <Button
                  variant="default"
                  size="compact-xs"
                  leftSection={
                    open ? <IconCheck size={13} aria-hidden /> : <IconRotate size={13} aria-hidden />
                  }
                  loading={settle.isPending}
                  onClick={() => settle.mutate({ commentId: first.id, resolved: open })}
                >
                  {open ? "Resolve" : "Reopen"}
                </Button>
              </>
            )}
            {settle.error !== null && (
              <Text size="xs" c="var(--sl-delete)" role="alert">
                {describeError(settle.error).message}
              </Text>
            )}
          </Group>
          {answering && (
            <CommentForm
              anchor={null}
              thread={first.id}
              autoFocus
              onDone={() => setAnswering(false)}
              onCancel={() => setAnswering(false)}
            />
          )}
        </Stack>
      )}
    </article>
  );
}

function Said({ comment, linked }: { readonly comment: Comment; readonly linked: boolean }) {
  const { id, body, createdBy, createdAt } = comment;
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const link = new URL(location.href);
    link.search = "";
    link.hash = `comment-${id}`;
    await navigator.clipboard.writeText(link.href);
    setCopied(true);
  };
  return (
    <div id={`comment-${id}`} className="sl-said" data-linked={linked || undefined} tabIndex={-1}>
      <Group gap={6} wrap="nowrap">
        <Text size="xs" fw={600} truncate>
          {actorText(createdBy)}
        </Text>
        <Text size="xs" c="dimmed">
          <Ago at={createdAt} />
        </Text>
        <Tooltip label={copied ? "Copied" : "Copy a link to it"}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="xs"
            aria-label={copied ? "Link copied" : "Copy a link to this comment"}
            onClick={() => void copy()}
            onBlur={() => setCopied(false)}
          >
            <IconLink size={13} />
          </ActionIcon>
        </Tooltip>
      </Group>
      <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        <bdi>{body}</bdi>
      </Text>
    </div>
  );
}
