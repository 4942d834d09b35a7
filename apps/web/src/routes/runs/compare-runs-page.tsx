import { Button, Stack, Text, Title } from "@mantine/core";
import { IconArrowsExchange } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageButton } from "../../components/page-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { ComparedSides } from "./compared-sides.tsx";
import { ComparedSettings, ComparedTables } from "./compared-tables.tsx";
import { type Run, useRun } from "./runs-query.ts";

/** Two runs beside each other: what they did, how long they took, what was asked of them, why they failed. */
export function CompareRunsPage() {
  const { a, b } = useSearch({ from: "/shell/runs/compare" });
  const navigate = useNavigate({ from: "/runs/compare" });
  return (
    <>
      <PageHeader
        title="Compare runs"
        description="The older one on the left, as a rule; swap them to look from the other side."
        trail={[
          <PageLink key="runs" to="/runs" size="sm">
            Runs
          </PageLink>,
        ]}
        {...(a === undefined
          ? {}
          : { command: commandOf(["syncline", "audit", "tail", "--subject", a, "--url", location.origin]) })}
        actions={
          <Button
            variant="default"
            size="xs"
            leftSection={<IconArrowsExchange size={14} aria-hidden />}
            disabled={a === undefined || b === undefined}
            onClick={() => void navigate({ search: { a: b, b: a }, replace: true })}
          >
            Swap
          </Button>
        }
      />
      {a === undefined || b === undefined ? (
        <div className="sl-card">
          <EmptyState
            title="Two runs are needed"
            action={<PageButton to="/runs">Choose two runs</PageButton>}
          >
            Tick two runs in the list, then compare them.
          </EmptyState>
        </div>
      ) : (
        <Both a={a} b={b} />
      )}
    </>
  );
}

function Both({ a, b }: { readonly a: string; readonly b: string }) {
  const [one, other] = [useRun(a), useRun(b)];
  return (
    <QueryBoundary query={one} failed="The first run could not be read">
      {(first) => (
        <QueryBoundary query={other} failed="The second run could not be read">
          {(second) => <Shown a={first} b={second} />}
        </QueryBoundary>
      )}
    </QueryBoundary>
  );
}

function Shown({ a, b }: { readonly a: Run; readonly b: Run }) {
  return (
    <Stack gap="lg">
      {a.kind !== b.kind && (
        <Text size="sm" className="sl-tint-update" p="xs">
          The runs are of different kinds: their numbers do not mean the same.
        </Text>
      )}
      <ComparedSides a={a} b={b} />
      <section aria-labelledby="tables">
        <Title order={2} id="tables" mb="xs">
          Tables
        </Title>
        <ComparedTables a={a} b={b} />
      </section>
      <section aria-labelledby="settings">
        <Title order={2} id="settings" mb="xs">
          What was asked for
        </Title>
        <ComparedSettings a={a} b={b} />
      </section>
    </Stack>
  );
}
