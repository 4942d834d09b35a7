import { Drawer, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { type Delivery, deliveriesQuery } from "./webhooks-query.ts";

interface DeliveriesDrawerProps {
  /** Null: closed. */
  readonly webhookId: string | null;
  readonly name: string;
  readonly onClose: () => void;
}

const WATCH_MS = 2_000;

/** What became of each message, while it is under way, too. */
export function DeliveriesDrawer({ webhookId, name, onClose }: DeliveriesDrawerProps) {
  return (
    <Drawer
      opened={webhookId !== null}
      onClose={onClose}
      position="right"
      size="xl"
      title={`Deliveries to ${name}`}
      closeButtonProps={{ "aria-label": "Close the deliveries" }}
    >
      {webhookId !== null && <Deliveries webhookId={webhookId} />}
    </Drawer>
  );
}

const STATES: Readonly<Record<Delivery["state"], string>> = {
  waiting: "queued",
  sending: "running",
  delivered: "done",
  dead: "dead",
};

const COLUMNS: readonly ListColumn<Delivery>[] = [
  { id: "event", header: "Event", cell: ({ eventType }) => <span className="sl-mono">{eventType}</span> },
  {
    id: "state",
    header: "State",
    cell: ({ state, tries }) => {
      if (state === "waiting" && tries > 0) return <StateBadge state="partial" label="tries again" />;
      return <StateBadge state={STATES[state]} label={state === "dead" ? "given up" : state} />;
    },
  },
  {
    id: "answer",
    header: "Answer",
    cell: ({ lastStatus, lastError }) => (
      <>
        {lastStatus !== null && <span className="sl-mono">{lastStatus} </span>}
        {lastError !== null && (
          <Text component="span" inherit c="var(--sl-delete)">
            {lastError}
          </Text>
        )}
        {lastStatus === null && lastError === null && "—"}
      </>
    ),
  },
  {
    id: "tries",
    header: "Tries",
    align: "right",
    cell: ({ tries }) => <span className="sl-mono">{tries}</span>,
  },
  { id: "made", header: "Happened", cell: ({ createdAt }) => <Ago at={createdAt} /> },
  {
    id: "next",
    header: "Delivered, or next try",
    cell: ({ state, deliveredAt, nextTryAt }) =>
      state === "dead" ? "no more" : <Ago at={state === "delivered" ? deliveredAt : nextTryAt} />,
  },
];

function Deliveries({ webhookId }: { readonly webhookId: string }) {
  const deliveries = useInfiniteQuery({
    ...deliveriesQuery(webhookId),
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= 1 ? WATCH_MS : false),
  });
  return (
    <PagesBoundary query={deliveries} failed="The deliveries could not be read">
      {(items, more) => (
        <ListTable
          label="Deliveries"
          rows={items}
          rowKey={({ id }) => id}
          columns={COLUMNS}
          empty={
            <EmptyState title="Nothing was sent yet">Send a test, and see whether it arrives.</EmptyState>
          }
          {...(more === undefined ? {} : { more })}
        />
      )}
    </PagesBoundary>
  );
}
