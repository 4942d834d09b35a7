import { Drawer, Stack, Text, Title } from "@mantine/core";
import { EmptyState } from "../../components/empty-state.tsx";
import { Facts } from "../../components/facts.tsx";
import { JsonTree } from "../../components/json-tree.tsx";
import { exactTime } from "../../components/time-text.ts";
import type { AuditEntry } from "./audit-query.ts";
import { SubjectText } from "./subject-text.tsx";

interface EntryDrawerProps {
  /** Null while it is not among those that are listed. */
  readonly entry: AuditEntry | null;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** One entry with everything that it says. */
export function EntryDrawer({ entry, opened, onClose }: EntryDrawerProps) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={entry === null ? "Entry" : entry.action}
      closeButtonProps={{ "aria-label": "Close the entry" }}
    >
      {entry === null ? (
        <EmptyState title="It is not among these">
          Entries like it are not listed with these filters, or it is further down: show more.
        </EmptyState>
      ) : (
        <Stack gap="md">
          <Facts
            facts={[
              ["When", exactTime(entry.at)],
              ["By", <Mono key="by" text={entry.actor} />],
              ["About", <SubjectText key="about" entry={entry} />],
              ["Its id", <Mono key="id" text={entry.subjectId ?? "—"} />],
              ["Project", <Mono key="project" text={entry.projectId ?? "all"} />],
              ["Request", <Mono key="request" text={entry.requestId ?? "—"} />],
              ["Entry", <Mono key="seq" text={String(entry.seq ?? "not chained yet")} />],
              ["Hash", <Mono key="hash" text={entry.hash ?? "—"} />],
            ]}
          />
          <section aria-labelledby="entry-detail">
            <Title order={2} size="h3" id="entry-detail" mb={6}>
              Detail
            </Title>
            {entry.detail === null ? (
              <Text size="sm" c="dimmed">
                It has none.
              </Text>
            ) : (
              <JsonTree value={entry.detail} />
            )}
          </section>
        </Stack>
      )}
    </Drawer>
  );
}

function Mono({ text }: { readonly text: string }) {
  return <bdi className="sl-mono">{text}</bdi>;
}
