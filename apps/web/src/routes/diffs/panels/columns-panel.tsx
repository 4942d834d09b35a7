import { Button, Group, Modal, ScrollArea, Stack, Table, Text, Tooltip } from "@mantine/core";
import { IconChartBar, IconEyeOff, IconFilter } from "@tabler/icons-react";
import { useState } from "react";
import { useMe } from "../../../api/me.ts";
import { Count } from "../../../components/count.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { counted, shareText } from "../../../components/number-text.ts";
import type { ExplorerPanelProps } from "../explorer-props.ts";
import { ColumnProfileView } from "./column-profile.tsx";
import { type ChangedColumn, changedColumns, ruleField } from "./column-shares.ts";
import { IgnoreRules } from "./ignore-rules.tsx";
import "./panels.css";

const SHOWN = 100;

/** Which columns make the noise: how many updates change each, and how many nothing else. */
export function ColumnsPanel(props: ExplorerPanelProps) {
  const { patch, tables, filter, setFilter } = props;
  const me = useMe();
  const [asked, setAsked] = useState<{
    readonly column: ChangedColumn;
    readonly for: "profile" | "ignore";
  } | null>(null);
  const [all, setAll] = useState(false);
  const columns = changedColumns(tables, filter.table);
  if (columns.length === 0)
    return (
      <EmptyState title="No update changes a column">
        Rows were inserted or deleted, or nothing differs at all.
      </EmptyState>
    );
  const show = ({ table, name }: ChangedColumn) => setFilter({ table, kinds: ["update"], column: name });
  const mayRead = me.can("rows:read");
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {filter.table === undefined ? "All tables" : `Table ${filter.table}`}, without regard to other
        filters. The columns that most updates change come first.
      </Text>
      <div className="sl-card">
        <ScrollArea scrollbars="x" type="auto">
          <Table className="sl-table" aria-label="Changed columns">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Column</Table.Th>
                <Table.Th>Type</Table.Th>
                <Table.Th w={150}>Share of updates</Table.Th>
                <Table.Th ta="right">Updates</Table.Th>
                <Table.Th ta="right">Nothing else</Table.Th>
                <Table.Th aria-label="What to do" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {columns.slice(0, all ? undefined : SHOWN).map((column) => (
                <Table.Tr key={`${column.table}\n${column.name}`}>
                  <Table.Td>
                    <bdi className="sl-mono">{column.name}</bdi>
                    {filter.table === undefined && (
                      <Text component="div" size="xs" c="dimmed">
                        <bdi>{column.table}</bdi>
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <Text size="xs" c="dimmed" className="sl-mono">
                      {column.type}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    <Share share={column.share} />
                  </Table.Td>
                  <Table.Td ta="right">
                    <Count value={column.updates} />
                  </Table.Td>
                  <Table.Td ta="right">
                    <Count value={column.only} />
                  </Table.Td>
                  <Table.Td>
                    <Group gap={6} wrap="nowrap" justify="flex-end">
                      <Button
                        variant="default"
                        size="compact-xs"
                        leftSection={<IconFilter size={13} aria-hidden />}
                        onClick={() => show(column)}
                        disabled={!mayRead}
                        aria-label={`Show updates of ${column.name}`}
                      >
                        Show
                      </Button>
                      <Button
                        variant="default"
                        size="compact-xs"
                        leftSection={<IconChartBar size={13} aria-hidden />}
                        onClick={() => setAsked({ column, for: "profile" })}
                        disabled={!mayRead}
                        aria-label={`Values of ${column.name}`}
                      >
                        Values
                      </Button>
                      <Tooltip
                        label="Rows are told apart by it: it cannot be ignored."
                        disabled={!column.isKey}
                      >
                        <Button
                          variant="default"
                          size="compact-xs"
                          leftSection={<IconEyeOff size={13} aria-hidden />}
                          onClick={() => setAsked({ column, for: "ignore" })}
                          disabled={column.isKey || !mayRead}
                          aria-label={`Ignore ${column.name}`}
                        >
                          Ignore
                        </Button>
                      </Tooltip>
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea>
      </div>
      {!all && columns.length > SHOWN && (
        <Button variant="default" size="xs" onClick={() => setAll(true)} style={{ alignSelf: "center" }}>
          Show all {counted(columns.length, "column")}
        </Button>
      )}
      {!mayRead && (
        <Text size="sm" c="dimmed">
          Your role sees which columns differ, not their values.
        </Text>
      )}
      <Modal
        opened={asked !== null}
        onClose={() => setAsked(null)}
        size="xl"
        title={
          asked === null
            ? ""
            : `${asked.for === "ignore" ? "Ignore" : "Values of"} ${asked.column.table}.${asked.column.name}`
        }
      >
        {asked?.for === "profile" && (
          <ColumnProfileView
            patchId={patch.id}
            table={asked.column.table}
            column={asked.column.name}
            filter={filter}
          />
        )}
        {asked?.for === "ignore" && (
          <IgnoreRules
            patch={patch}
            tables={tables}
            first={{ ignoreFields: [ruleField(tables, asked.column)], tolerance: {} }}
          />
        )}
      </Modal>
    </Stack>
  );
}

function Share({ share }: { readonly share: number }) {
  return (
    <Group gap={8} wrap="nowrap">
      <div className="dp-share" style={{ flex: 1 }} aria-hidden>
        <span style={{ width: `${Math.min(100, share * 100)}%` }} />
      </div>
      <Text size="xs" className="sl-mono" w={44} ta="right">
        {shareText(share)}
      </Text>
    </Group>
  );
}
