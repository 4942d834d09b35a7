import { Table } from "@mantine/core";
import { countText } from "../../components/number-text.ts";
import type { Drift, TableDrift } from "./drift.ts";

const COLUMNS = [
  ["applied", "Would be applied", "insert"],
  ["already", "Already so", "neutral"],
  ["skipped", "Skipped", "update"],
  ["conflicts", "Moved", "delete"],
] as const satisfies readonly (readonly [keyof TableDrift, string, string])[];

/** What the trial found, by table. */
export function DriftTable({ drift }: { readonly drift: Drift }) {
  return (
    <div className="sl-card" style={{ overflowX: "auto" }}>
      <Table className="sl-table" aria-label="What the check found, by table">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Table</Table.Th>
            {COLUMNS.map(([name, title]) => (
              <Table.Th key={name} ta="right">
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {drift.tables.map((table) => (
            <Table.Tr key={table.name}>
              <Table.Td className="sl-mono">{table.name}</Table.Td>
              {COLUMNS.map(([name, , tint]) => (
                <Table.Td
                  key={name}
                  ta="right"
                  className="sl-mono"
                  c={table[name] === 0 ? "dimmed" : tint === "neutral" ? "inherit" : `var(--sl-${tint})`}
                  fw={table[name] === 0 ? 400 : 600}
                >
                  {countText(table[name])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
