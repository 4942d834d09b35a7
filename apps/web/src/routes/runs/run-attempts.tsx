import { Stack, Text, Title } from "@mantine/core";
import { Ago } from "../../components/ago.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { lengthText } from "./run-words.ts";
import { type Attempt, type Run, useAttempts } from "./runs-query.ts";

const COLUMNS: readonly ListColumn<Attempt>[] = [
  { id: "number", header: "Attempt", cell: ({ number }) => <span className="sl-mono">{number}</span> },
  { id: "outcome", header: "Outcome", cell: ({ outcome }) => <StateBadge state={outcome ?? "running"} /> },
  { id: "began", header: "Began", cell: ({ startedAt }) => <Ago at={startedAt} /> },
  {
    id: "took",
    header: "Took",
    align: "right",
    cell: (attempt) => <span className="sl-mono">{lengthText(attempt, Date.now()) ?? "—"}</span>,
  },
  {
    id: "error",
    header: "Cause",
    cell: ({ error }) => (error === null ? "" : <Text size="sm">{error.message}</Text>),
  },
];

/** The tries of a run that took more than one. */
export function RunAttempts({ run }: { readonly run: Run }) {
  const attempts = useAttempts(run);
  if (run.attempt < 2) return null;
  return (
    <Stack component="section" gap="xs" aria-labelledby="attempts">
      <Title order={2} id="attempts">
        Attempts
      </Title>
      <QueryBoundary query={attempts} failed="The attempts could not be read">
        {({ items }) => (
          <ListTable
            label="Attempts of the run"
            rows={items}
            rowKey={({ number }) => String(number)}
            columns={COLUMNS}
            empty={<Text p="md">None has begun.</Text>}
          />
        )}
      </QueryBoundary>
    </Stack>
  );
}
