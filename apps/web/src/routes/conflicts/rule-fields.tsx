import { Autocomplete, Group, Radio, SegmentedControl, Stack, Table, Text } from "@mantine/core";
import { isAgeType } from "@syncline/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { countText } from "../../components/number-text.ts";
import { modelOf, type Side } from "./conflict-model.ts";
import { type ConflictCounts, conflictQuery } from "./conflicts-query.ts";
import { type RuleDraft, withCell } from "./rule-draft.ts";

interface RuleFieldsProps {
  readonly draft: RuleDraft;
  readonly change: (draft: RuleDraft) => void;
  readonly counts: ConflictCounts | undefined;
  readonly sampleId: string | null;
}

const SIDE_WORDS = [
  { value: "ours", label: "Ours (target)" },
  { value: "theirs", label: "Theirs (source)" },
  { value: "base", label: "Base (before)" },
] as const;

/** One of three rules, with what it takes. */
export function RuleFields({ draft, change, counts, sampleId }: RuleFieldsProps) {
  const columns = counts?.columns ?? [];
  return (
    <Radio.Group
      aria-label="Rule"
      value={draft.kind}
      onChange={(kind) => change({ ...draft, kind: kind as RuleDraft["kind"] })}
    >
      <Stack gap="xs">
        <Rule value="side" label="The whole row from one side" chosen={draft.kind}>
          <SegmentedControl
            aria-label="Side"
            size="xs"
            value={draft.side ?? ""}
            data={[...SIDE_WORDS]}
            onChange={(side) => change({ ...draft, kind: "side", side: side as Side })}
          />
        </Rule>
        <Rule value="newest" label="The row that was changed later, by a column" chosen={draft.kind}>
          <Autocomplete
            aria-label="Column that says when a row was changed"
            placeholder="updated_at"
            size="xs"
            w={260}
            classNames={{ input: "sl-mono" }}
            value={draft.column}
            data={useAgeColumns(sampleId)}
            onChange={(column) => change({ ...draft, kind: "newest", column })}
          />
        </Rule>
        <Rule value="cells" label="Column by column, where only these columns differ" chosen={draft.kind}>
          {columns.length === 0 ? (
            <Text size="sm" c="dimmed">
              These conflicts are about whole rows.
            </Text>
          ) : (
            <Table withRowBorders={false} verticalSpacing={2} w="auto">
              <Table.Tbody>
                {columns.map(({ value, count }) => (
                  <Table.Tr key={value}>
                    <Table.Td className="sl-mono">{value}</Table.Td>
                    <Table.Td ta="right" c="dimmed">
                      {countText(count)}
                    </Table.Td>
                    <Table.Td>
                      <SegmentedControl
                        aria-label={`Side of ${value}`}
                        size="xs"
                        value={draft.cells[value] ?? "leave"}
                        data={[
                          { value: "leave", label: "Leave" },
                          { value: "ours", label: "Ours" },
                          { value: "theirs", label: "Theirs" },
                          { value: "base", label: "Base" },
                        ]}
                        onChange={(side) =>
                          change(
                            withCell(
                              { ...draft, kind: "cells" },
                              value,
                              side === "leave" ? null : (side as Side),
                            ),
                          )
                        }
                      />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
        </Rule>
      </Stack>
    </Radio.Group>
  );
}

interface RuleProps {
  readonly value: RuleDraft["kind"];
  readonly label: string;
  readonly chosen: RuleDraft["kind"];
  readonly children: ReactNode;
}

function Rule({ value, label, chosen, children }: RuleProps) {
  return (
    <div>
      <Radio value={value} label={label} />
      {chosen === value && (
        <Group pl={28} pt={6}>
          {children}
        </Group>
      )}
    </div>
  );
}

/** Columns of the first conflict's table that can say when a row was changed. */
function useAgeColumns(sampleId: string | null): string[] {
  const { data } = useQuery({ ...conflictQuery(sampleId ?? ""), enabled: sampleId !== null });
  if (data === undefined) return [];
  const { table, conflict } = modelOf(data);
  return table.columns
    .filter(([name, type]) => isAgeType(type) && !conflict.key.has(name))
    .map(([name]) => name)
    .sort((a, b) => Number(looksLikeAge(b)) - Number(looksLikeAge(a)));
}

const looksLikeAge = (column: string) => /updat|chang|modif|version|revision/i.test(column);
