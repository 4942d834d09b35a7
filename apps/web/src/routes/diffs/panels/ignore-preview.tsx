import { Paper, Skeleton, Stack, Table, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Count } from "../../../components/count.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { counted, countText } from "../../../components/number-text.ts";
import { type IgnorePreview, ignorePreviewQuery } from "./panel-queries.ts";
import { hasRules, type RuleTexts } from "./rule-texts.ts";

const HEIGHT = 44;

/** How many updates would be gone under the rules, by table. */
export function IgnorePreviewText({
  patchId,
  rules,
}: {
  readonly patchId: string;
  readonly rules: RuleTexts;
}) {
  const query = useQuery({
    ...ignorePreviewQuery(patchId, rules),
    enabled: hasRules(rules),
    placeholderData: keepPreviousData,
  });
  if (!hasRules(rules))
    return (
      <Text size="sm" c="dimmed" mih={HEIGHT}>
        Choose a column or a tolerance to see what it would take away.
      </Text>
    );
  const { data, error, refetch } = query;
  if (error !== null)
    return <ErrorState what="The rule cannot be tried" error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={HEIGHT} />;
  return <Preview preview={data} />;
}

function Preview({ preview }: { readonly preview: IgnorePreview }) {
  const { vanish, remain, exact, tables, notes } = preview;
  const touched = tables.filter((table) => table.vanish > 0);
  return (
    <Paper className="sl-card" p="sm">
      <Stack gap="xs">
        <Text size="sm" role="status">
          {exact ? "" : "At least "}
          <Text span fw={600} className="sl-mono">
            {countText(vanish)}
          </Text>{" "}
          of {counted(vanish + remain, "update")} would be gone,{" "}
          <Text span fw={600} className="sl-mono">
            {countText(remain)}
          </Text>{" "}
          would remain{exact ? "." : "; still looking."}
        </Text>
        {touched.length > 0 && tables.length > 1 && (
          <Table fz="xs" withRowBorders={false} verticalSpacing={2} aria-label="By table">
            <Table.Tbody>
              {touched.map((table) => (
                <Table.Tr key={table.name}>
                  <Table.Td>
                    <bdi className="sl-mono">{table.name}</bdi>
                  </Table.Td>
                  <Table.Td ta="right">
                    <Count value={table.vanish} /> gone
                  </Table.Td>
                  <Table.Td ta="right">
                    <Count value={table.remain} /> remain
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        {notes.map((note) => (
          <Text key={note} size="xs" c="var(--sl-update)">
            {note}
          </Text>
        ))}
      </Stack>
    </Paper>
  );
}
