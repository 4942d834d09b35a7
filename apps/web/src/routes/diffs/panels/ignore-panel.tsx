import { Stack, Text } from "@mantine/core";
import { EmptyState } from "../../../components/empty-state.tsx";
import type { ExplorerPanelProps } from "../explorer-props.ts";
import { changedColumns, ruleField } from "./column-shares.ts";
import { IgnoreRules } from "./ignore-rules.tsx";
import { NO_RULES } from "./rule-texts.ts";

/** Rules made from what differs. */
export function IgnorePanel({ patch, tables, filter }: ExplorerPanelProps) {
  const columns = changedColumns(tables, filter.table);
  if (columns.length === 0)
    return (
      <EmptyState title="No update changes a column">
        Rules are about columns of updates, and there are none to ignore.
      </EmptyState>
    );
  const looked = columns.find(({ name, isKey }) => name === filter.column && !isKey);
  const first =
    looked === undefined ? NO_RULES : { ignoreFields: [ruleField(tables, looked)], tolerance: {} };
  return (
    <Stack gap="sm" maw={720}>
      <Text size="sm" c="dimmed">
        What shall not count as a difference. Nothing is hidden from this patch: rules count from the next
        comparison on.
      </Text>
      <IgnoreRules patch={patch} tables={tables} first={first} />
    </Stack>
  );
}
