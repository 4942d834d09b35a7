import { Group, ScrollArea, Skeleton, Stack, Table, Text } from "@mantine/core";
import type { AnswerOf, conflicts } from "@syncline/api";
import { counted, countText } from "../../components/number-text.ts";
import { ValueView } from "../../components/value-view.tsx";
import { choiceText, kindText, leftText } from "./conflict-words.ts";

type Preview = AnswerOf<typeof conflicts.previewRule>;
type Previewed = Preview["firstDecided"][number];

interface RulePreviewProps {
  readonly preview: Preview | undefined;
  readonly loading: boolean;
}

const HEIGHT = 320;
const CELLS = 4;

/** What a rule would decide: the exact number, the first rows, and those that it leaves with the reason. */
export function RulePreview({ preview, loading }: RulePreviewProps) {
  if (preview === undefined)
    return loading ? (
      <Skeleton height={HEIGHT} aria-label="Loading" />
    ) : (
      <Text size="sm" c="dimmed">
        Choose a rule, and what it would decide is shown here first.
      </Text>
    );
  const { count, decided, left, choices, reasons, firstDecided, firstLeft } = preview;
  return (
    <Stack gap="xs" style={{ opacity: loading ? 0.6 : 1 }} aria-busy={loading}>
      <Group gap="lg" aria-live="polite">
        <Text size="sm" fw={600}>
          Decides {countText(decided)} of {counted(count, "conflict")}
        </Text>
        <Text size="sm" c="dimmed">
          {choices
            .map(({ choice, count: number }) => `${choiceText(choice)} ${countText(number)}`)
            .join(" · ")}
        </Text>
        {left > 0 && (
          <Text size="sm" c="dimmed">
            Leaves {countText(left)}:{" "}
            {reasons
              .map(({ reason, count: number }) => `${leftText(reason)} (${countText(number)})`)
              .join(" · ")}
          </Text>
        )}
      </Group>
      <ScrollArea.Autosize
        mah={HEIGHT}
        type="auto"
        viewportProps={{ tabIndex: 0, role: "group", "aria-label": "What it would decide" }}
      >
        <Table className="sl-table" stickyHeader aria-label="First rows" layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="22%">Row</Table.Th>
              <Table.Th w="20%">Decision</Table.Th>
              <Table.Th>
                <div className="sl-preview-cell">
                  <span>Column</span>
                  <span>Ours</span>
                  <span>Theirs</span>
                  <span>Chosen</span>
                </div>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...firstDecided, ...firstLeft].map((each) => (
              <PreviewLine key={each.id} previewed={each} />
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      {(decided > firstDecided.length || left > firstLeft.length) && (
        <Text size="xs" c="dimmed">
          The first {countText(firstDecided.length)} that it decides and the first{" "}
          {countText(firstLeft.length)} that it leaves are shown.
        </Text>
      )}
    </Stack>
  );
}

function PreviewLine({
  previewed: { table, key, kind, choice, result, reason, detail, cells },
}: {
  readonly previewed: Previewed;
}) {
  const name = Object.entries(key)
    .map(([column, value]) => `${column} ${value ?? "NULL"}`)
    .join(" · ");
  return (
    <Table.Tr>
      <Table.Td style={{ verticalAlign: "top", overflowWrap: "anywhere" }}>
        <span className="sl-mono">{name === "" ? "row without a key" : name}</span>
        <Text size="xs" c="dimmed">
          {table} · {kindText(kind)}
        </Text>
      </Table.Td>
      <Table.Td style={{ verticalAlign: "top" }}>
        {choice === null ? (
          <Text size="sm" c="dimmed">
            Left: {detail ?? leftText(reason ?? "")}
          </Text>
        ) : (
          <>
            {choiceText(choice)}
            {result === "no-row" && (
              <Text size="xs" c="var(--sl-delete)">
                − no row
              </Text>
            )}
          </>
        )}
      </Table.Td>
      <Table.Td>
        {cells.slice(0, CELLS).map(({ column, ours, theirs, chosen }) => (
          <div key={column} className="sl-preview-cell">
            <span className="sl-mono">{column}</span>
            <ValueView value={ours} limit={60} />
            <ValueView value={theirs} limit={60} />
            <strong>
              {choice === null || result === "no-row" ? null : <ValueView value={chosen} limit={60} />}
            </strong>
          </div>
        ))}
        {cells.length > CELLS && (
          <Text size="xs" c="dimmed">
            {counted(cells.length - CELLS, "more column")}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
