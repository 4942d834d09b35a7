import { Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconMessages } from "@tabler/icons-react";
import { useState } from "react";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { type Anchor, anchorText, isOpen } from "./anchor.ts";
import { CommentForm } from "./comment-form.tsx";
import { CommentThread } from "./comment-thread.tsx";
import { useDiscussion } from "./discussion-context.tsx";

interface DiscussionListProps {
  /** Whether places can be gone to: the rows are kept, and one may read them. */
  readonly places: boolean;
}

/** Everything that was said, with the place it is about. */
export function DiscussionList({ places }: DiscussionListProps) {
  const { threads, linked } = useDiscussion();
  const [which, setWhich] = useState<"all" | "open">("all");
  const shown = threads.filter((thread) => which === "all" || isOpen(thread));
  const openCount = threads.filter(isOpen).length;
  return (
    <Stack gap="md" maw={760}>
      {threads.length === 0 ? (
        <EmptyState icon={<IconMessages size={32} aria-hidden />} title="Nobody has said anything yet">
          Comment on the whole here, or on a row, a cell or a statement where you see it.
        </EmptyState>
      ) : (
        <SegmentedControl
          size="xs"
          aria-label="Which threads"
          style={{ alignSelf: "flex-start" }}
          value={which}
          onChange={(value) => setWhich(value as "all" | "open")}
          data={[
            { value: "all", label: `All ${threads.length}` },
            { value: "open", label: `Open ${openCount}` },
          ]}
        />
      )}
      {shown.map((thread) => (
        <div key={`${thread.first.id} ${linked === null ? "" : "linked"}`}>
          <Group gap={6} mb={4}>
            <Text size="xs" c="dimmed">
              On
            </Text>
            <PlaceLink anchor={thread.first.anchor} places={places} />
          </Group>
          <CommentThread thread={thread} />
        </div>
      ))}
      <CommentForm anchor={null} />
    </Stack>
  );
}

function PlaceLink({ anchor, places }: { readonly anchor: Anchor | null; readonly places: boolean }) {
  const text = anchorText(anchor);
  const plain = (
    <Text size="xs" className="sl-mono" style={{ overflowWrap: "anywhere" }}>
      {text}
    </Text>
  );
  if (anchor === null || !places || (anchor.table === undefined && anchor.statement === undefined))
    return plain;
  const search =
    anchor.statement === undefined ? { table: anchor.table, key: anchor.key } : ({ tab: "sql" } as const);
  return (
    <PageLink
      to="."
      search={search as never}
      {...(anchor.statement === undefined ? {} : { hash: `statement-${anchor.statement}` })}
      size="xs"
      className="sl-mono"
    >
      {text}
    </PageLink>
  );
}
