import type { AnswerOf, reviews } from "@syncline/api";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { StateBadge } from "../../components/state-badge.tsx";

type Signer = AnswerOf<typeof reviews.listSigners>["items"][number];

const signersQuery = queryOptions({
  queryKey: ["signers"],
  queryFn: ({ signal }) => api.reviews.listSigners({ signal }),
});

const COLUMNS: readonly ListColumn<Signer>[] = [
  {
    id: "key",
    header: "Public key",
    cell: ({ publicKey }) => <span className="sl-mono">{publicKey}</span>,
  },
  { id: "made", header: "Made", cell: ({ createdAt }) => <Ago at={createdAt} /> },
  {
    id: "state",
    header: "State",
    cell: ({ retired }) => (
      <StateBadge state={retired ? "expired" : "done"} label={retired ? "signs no more" : "signs"} />
    ),
  },
];

/** Public keys of one's approvals, for the signers of a config file. */
export function SigningKeys({ email }: { readonly email: string }) {
  const signers = useQuery(signersQuery);
  return (
    <QueryBoundary query={signers} failed="The signing keys could not be read">
      {({ items }) => (
        <ListTable
          label="Signing keys"
          rows={items.filter((signer) => signer.email === email)}
          rowKey={({ publicKey }) => publicKey}
          columns={COLUMNS}
          empty={
            <EmptyState title="No signing key yet">Your first approval of a review makes one.</EmptyState>
          }
        />
      )}
    </QueryBoundary>
  );
}
