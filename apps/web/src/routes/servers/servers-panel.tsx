import { Button, Group, Text } from "@mantine/core";
import { IconServer } from "@tabler/icons-react";
import { EmptyState } from "../../components/empty-state.tsx";
import { EnvironmentBadge } from "../../components/environment-badge.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { ProtectionBadge } from "./protection-badge.tsx";
import { type Database, useDatabases } from "./servers-query.ts";
import { tenancyText } from "./tenancy-text.ts";

const COLUMNS: readonly ListColumn<Database>[] = [
  {
    id: "server",
    header: "Server",
    cell: ({ server }) => (
      <PageLink to="/servers/$name" params={{ name: server }} search={{}} className="sl-mono" fw={600}>
        {server}
      </PageLink>
    ),
  },
  {
    id: "environment",
    header: "Environment",
    cell: ({ environment }) =>
      environment === null ? (
        <Text component="span" c="dimmed" inherit>
          none
        </Text>
      ) : (
        <EnvironmentBadge name={environment} />
      ),
  },
  {
    id: "protection",
    header: "Protection",
    cell: ({ protection }) => <ProtectionBadge protection={protection} />,
  },
  {
    id: "address",
    header: "Address",
    cell: ({ address, problem }) =>
      address === null ? (
        <Group gap={6}>
          <Text component="span" c="var(--sl-delete)" inherit>
            cannot be read
          </Text>
          <span className="sl-mono">{problem}</span>
        </Group>
      ) : (
        <span className="sl-mono">{address}</span>
      ),
  },
  { id: "tenancy", header: "Tenants are", cell: ({ tenancy }) => tenancyText(tenancy).tenants },
  {
    id: "origin",
    header: "Kept in",
    cell: ({ origin }) => (origin === "config" ? "the config file" : "Syncline"),
  },
];

/** All servers, those of the config among them. */
export function ServersPanel({ onAdd }: { readonly onAdd: (() => void) | null }) {
  const databases = useDatabases();
  return (
    <QueryBoundary query={databases} failed="The servers could not be read">
      {({ items }) => (
        <ListTable
          label="Servers"
          rows={items}
          rowKey={({ server }) => server}
          columns={COLUMNS}
          empty={
            <EmptyState
              icon={<IconServer size={28} aria-hidden />}
              title="No servers yet"
              action={onAdd === null ? undefined : <Button onClick={onAdd}>Add a server</Button>}
            >
              {onAdd === null
                ? "An administrator adds servers here, or the operator in the config file."
                : "Add a PostgreSQL database here, or list it under servers of the config file. Then compare two places."}
            </EmptyState>
          }
        />
      )}
    </QueryBoundary>
  );
}
