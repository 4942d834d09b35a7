import { Alert, Anchor, Group, Modal, Text, TextInput } from "@mantine/core";
import { IconKeyOff, IconSearch, IconTable } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../../api/me.ts";
import { Count } from "../../components/count.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { bytesText, counted } from "../../components/number-text.ts";
import { PageButton } from "../../components/page-button.tsx";
import { LinesSkeleton } from "../../components/query-boundary.tsx";
import { type ListedTable, type TenantPlace, tablesQuery, wholeTenant } from "./servers-query.ts";

const route = getRouteApi("/shell/servers/$name");
const STEP = 100;

interface TablesPanelProps extends TenantPlace {
  readonly environment: string | null;
}

/** Tables of a tenant with size and key; whoever has none says why. */
export function TablesPanel({ server, tenant, environment }: TablesPanelProps) {
  const place = { server, tenant };
  const me = useMe();
  const { find = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const tables = useQuery(tablesQuery(place));
  const [shown, setShown] = useState(STEP);
  const [opened, setOpened] = useState<ListedTable | null>(null);
  if (tables.error !== null)
    return (
      <ErrorState
        what={`The tables of ${place.tenant} could not be listed`}
        error={tables.error}
        retry={() => void tables.refetch()}
      />
    );
  if (tables.data === undefined) return <LinesSkeleton lines={8} />;
  const { items, total, schema, tenantColumn } = tables.data;
  const wanted = find.toLowerCase();
  const found = items.filter(({ name }) => name.toLowerCase().includes(wanted));
  const keyless = items.filter(({ key }) => key === null).length;
  return (
    <>
      <Group justify="space-between" align="flex-end" gap="sm">
        <Text size="sm" c="dimmed">
          {counted(total, "table")}
          {keyless > 0 && `, ${keyless} without a usable key`}
          {tenantColumn !== null && `; sizes are those of all tenants, told apart by ${tenantColumn}`}
          {total > items.length && `; the first ${counted(items.length, "one")} of them are here`}
        </Text>
        <Group gap="xs">
          <TextInput
            aria-label="Find tables by name"
            placeholder="Find tables"
            leftSection={<IconSearch size={15} aria-hidden />}
            value={find}
            onChange={(event) => {
              const { value } = event.currentTarget;
              void navigate({
                search: (before) => ({ ...before, find: value === "" ? undefined : value }),
                replace: true,
                resetScroll: false,
              });
            }}
            w={220}
          />
          {me.can("rows:diff", environment) && (
            <PageButton
              to="/diffs/new"
              search={{ source: wholeTenant({ server, tenant }) }}
              variant="default"
            >
              Compare
            </PageButton>
          )}
        </Group>
      </Group>
      {keyless > 0 && (
        <Alert variant="outline" color="yellow" icon={<IconKeyOff aria-hidden />} p="xs">
          <Text size="sm">
            Rows of a table without a key have no identity: they are compared as a set and cannot be updated.
            Name key columns in the job, or add a primary key.
          </Text>
        </Alert>
      )}
      <ListTable
        label={`Tables of ${place.tenant}`}
        rows={found.slice(0, shown)}
        rowKey={(table) => `${table.schema}.${table.name}`}
        columns={columnsOf(schema, setOpened)}
        empty={
          <EmptyState
            icon={<IconTable size={28} aria-hidden />}
            title={find === "" ? "No tables" : "Nothing found"}
          >
            {find === ""
              ? `${place.tenant} holds no tables that could be compared.`
              : `No table of ${place.tenant} is called like “${find}”.`}
          </EmptyState>
        }
        {...(found.length > shown ? { more: { load: () => setShown(shown + STEP), loading: false } } : {})}
      />
      <Modal
        opened={opened !== null}
        onClose={() => setOpened(null)}
        title={opened === null ? "" : `Columns of ${opened.name}`}
        size="lg"
      >
        {opened !== null && <ColumnList table={opened} />}
      </Modal>
    </>
  );
}

function columnsOf(schema: string, open: (table: ListedTable) => void): readonly ListColumn<ListedTable>[] {
  return [
    {
      id: "name",
      header: "Table",
      cell: (table) => (
        <Anchor
          component="button"
          type="button"
          inherit
          ta="left"
          className="sl-mono"
          c="var(--sl-accent-text)"
          onClick={() => open(table)}
          style={{ overflowWrap: "anywhere" }}
        >
          {table.schema === schema ? table.name : `${table.schema}.${table.name}`}
        </Anchor>
      ),
    },
    {
      id: "key",
      header: "Key",
      cell: ({ key, withoutKey }) =>
        key === null ? (
          <Text component="span" inherit c="var(--sl-update)">
            no usable key: {withoutKey}
          </Text>
        ) : (
          <>
            <span className="sl-mono">{key.columns.join(", ")}</span>
            <Text component="span" size="xs" c="dimmed">
              {" "}
              {key.kind === "primary" ? "" : "unique"}
              {key.nullable ? ", rows with NULL have no identity" : ""}
            </Text>
          </>
        ),
    },
    {
      id: "rows",
      header: "Rows, about",
      align: "right",
      cell: ({ estimatedRows }) =>
        estimatedRows === null ? (
          <Text component="span" inherit c="dimmed" title="The database never analysed it.">
            unknown
          </Text>
        ) : (
          <Count value={estimatedRows} />
        ),
    },
    {
      id: "bytes",
      header: "Size",
      align: "right",
      cell: ({ bytes }) => <span className="sl-mono">{bytesText(bytes)}</span>,
    },
    {
      id: "columns",
      header: "Columns",
      align: "right",
      cell: ({ columns }) => <Count value={columns.length} />,
    },
    {
      id: "notes",
      header: "Notes",
      cell: ({ kind, unreadable }) => (
        <>
          {kind !== "table" && `${kind} `}
          {unreadable !== null && (
            <Text component="span" inherit c="var(--sl-delete)">
              {unreadable}
            </Text>
          )}
        </>
      ),
    },
  ];
}

type Column = ListedTable["columns"][number];

function ColumnList({ table }: { readonly table: ListedTable }) {
  const key = table.key?.columns ?? [];
  const columns: readonly ListColumn<Column>[] = [
    { id: "name", header: "Column", cell: ({ name }) => <span className="sl-mono">{name}</span> },
    { id: "type", header: "Type", cell: ({ type }) => <span className="sl-mono">{type}</span> },
    {
      id: "notes",
      header: "",
      cell: ({ name, nullable, generated }) =>
        [
          key.includes(name) ? "key" : "",
          nullable ? "may be NULL" : "",
          generated ? "computed, not compared" : "",
        ]
          .filter((note) => note !== "")
          .join(" · "),
    },
  ];
  return (
    <ListTable
      label={`Columns of ${table.name}`}
      rows={table.columns}
      rowKey={({ name }) => name}
      columns={columns}
      empty={<EmptyState title="No columns" />}
    />
  );
}
