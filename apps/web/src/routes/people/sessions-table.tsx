import { Button } from "@mantine/core";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { agentText } from "./agent-text.ts";
import type { Session } from "./people-query.ts";

interface SessionsTableProps {
  readonly sessions: readonly Session[];
  /** Of one's own: others can be ended one by one. */
  readonly onEnd?: (session: Session) => void;
}

/** Browsers in which somebody is signed in. */
export function SessionsTable({ sessions, onEnd }: SessionsTableProps) {
  const columns: readonly ListColumn<Session>[] = [
    {
      id: "agent",
      header: "Browser",
      cell: ({ agent, current }) => (
        <>
          <span title={agent ?? ""}>{agentText(agent)}</span>{" "}
          {current && <StateBadge state="open" label="this one" />}
        </>
      ),
    },
    {
      id: "address",
      header: "From",
      cell: ({ address }) => <span className="sl-mono">{address ?? "—"}</span>,
    },
    {
      id: "method",
      header: "By",
      cell: ({ method }) => (method === "oidc" ? "identity provider" : "password"),
    },
    { id: "since", header: "Since", cell: ({ createdAt }) => <Ago at={createdAt} /> },
    { id: "seen", header: "Last used", cell: ({ lastSeenAt }) => <Ago at={lastSeenAt} /> },
    { id: "until", header: "Ends", cell: ({ expiresAt }) => <Ago at={expiresAt} /> },
    ...(onEnd === undefined
      ? []
      : [
          {
            id: "end",
            header: <span className="sl-visually-hidden">Actions</span>,
            align: "right" as const,
            cell: (session: Session) =>
              session.current ? null : (
                <Button variant="default" size="xs" onClick={() => onEnd(session)}>
                  Sign out
                </Button>
              ),
          },
        ]),
  ];
  return (
    <ListTable
      label="Sessions"
      rows={sessions}
      rowKey={({ id }) => id}
      columns={columns}
      empty={<EmptyState title="Signed in nowhere" />}
    />
  );
}
