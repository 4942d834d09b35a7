import { ActionIcon, Tooltip } from "@mantine/core";
import { IconMessagePlus } from "@tabler/icons-react";
import { type Anchor, anchorName, anchorText } from "./anchor.ts";
import { CommentForm } from "./comment-form.tsx";
import { CommentThread } from "./comment-thread.tsx";
import { useDiscussion } from "./discussion-context.tsx";

/** Begins a comment on the place it stands at. */
export function CommentButton({ anchor }: { readonly anchor: Anchor }) {
  const { closed, write } = useDiscussion();
  if (closed !== null) return null;
  const label = `Comment on ${anchorText(anchor)}`;
  return (
    <Tooltip label={label}>
      <ActionIcon
        className="sl-comment-button"
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={label}
        onClick={() => write(anchor)}
      >
        <IconMessagePlus size={15} />
      </ActionIcon>
    </Tooltip>
  );
}

/** Threads about a place, and the form while a comment on it is written; nothing where there is neither. */
export function PlaceThreads({ anchor }: { readonly anchor: Anchor | null }) {
  const { at, writing, stop } = useDiscussion();
  const threads = at(anchor);
  const typed = writing === anchorName(anchor) && anchor !== null;
  if (threads.length === 0 && !typed) return null;
  return (
    <div className="sl-threads">
      {threads.map((thread) => (
        <CommentThread key={thread.first.id} thread={thread} />
      ))}
      {typed && <CommentForm anchor={anchor} autoFocus onDone={stop} onCancel={stop} />}
    </div>
  );
}
