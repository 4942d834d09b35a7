import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import { countText } from "../../components/number-text.ts";
import type { PatchCounts, PatchSummary } from "./drift.ts";

interface TableCountsProps {
  readonly summary: PatchSummary;
  /** What stands at the end of each line, as links to its rows. */
  readonly action?: (table: string) => ReactNode;
}

/** Rows by table and kind, with their sum where there are several. */
export function TableCounts({ summary, action }: TableCountsProps) {
  const { tables } = summary;
  return (
    <div className="sl-card" style={{ overflowX: "auto" }}>
      <Table className="sl-table" aria-label="Changes by table">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Table</Table.Th>
            <Table.Th ta="right">Inserts</Table.Th>
            <Table.Th ta="right">Updates</Table.Th>
            <Table.Th ta="right">Deletes</Table.Th>
            {action !== undefined && (
              <Table.Th>
                <span className="sl-visually-hidden">Look at them</span>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tables.map((table) => (
            <Table.Tr key={table.name}>
              <Table.Td className="sl-mono">{table.name}</Table.Td>
              <Numbers {...table} />
              {action !== undefined && <Table.Td ta="right">{action(table.name)}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
        {tables.length > 1 && (
          <Table.Tfoot>
            <Table.Tr>
              <Table.Td fw={600}>All</Table.Td>
              <Numbers {...summary} />
              {action !== undefined && <Table.Td />}
            </Table.Tr>
          </Table.Tfoot>
        )}
      </Table>
    </div>
  );
}

function Numbers({ inserts, updates, deletes }: PatchCounts) {
  const cells = [
    ["insert", "+", inserts],
    ["update", "~", updates],
    ["delete", "−", deletes],
  ] as const;
  return (
    <>
      {cells.map(([kind, glyph, count]) => (
        <Table.Td
          key={kind}
          ta="right"
          className="sl-mono"
          c={count === 0 ? "dimmed" : `var(--sl-${kind})`}
          fw={count === 0 ? 400 : 600}
        >
          <span aria-hidden>{glyph}</span>
          {countText(count)}
        </Table.Td>
      ))}
    </>
  );
}
