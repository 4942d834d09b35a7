import { Button, Group, ScrollArea, Table } from "@mantine/core";
import type { ReactNode } from "react";

export interface ListColumn<Row> {
  readonly id: string;
  readonly header: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  readonly align?: "left" | "right";
  readonly width?: number | string;
}

interface ListTableProps<Row> {
  /** What the table holds, for those who hear it. */
  readonly label: string;
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly columns: readonly ListColumn<Row>[];
  /** Shown instead of a table without rows. */
  readonly empty: ReactNode;
  /** When there are more rows to read. */
  readonly more?: { readonly load: () => void; readonly loading: boolean };
}

/** A list of records, one line each. For many rows there are the virtual grids of their pages. */
export function ListTable<Row>({ label, rows, rowKey, columns, empty, more }: ListTableProps<Row>) {
  if (rows.length === 0) return <div className="sl-card">{empty}</div>;
  return (
    <div className="sl-card">
      <ScrollArea scrollbars="x" type="auto">
        <Table className="sl-table" aria-label={label}>
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ id, header, align = "left", width }) => (
                <Table.Th key={id} ta={align} {...(width === undefined ? {} : { w: width })}>
                  {header}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={rowKey(row)}>
                {columns.map(({ id, cell, align = "left" }) => (
                  <Table.Td key={id} ta={align}>
                    {cell(row)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
      {more !== undefined && (
        <Group justify="center" p="xs">
          <Button variant="default" size="xs" onClick={more.load} loading={more.loading}>
            Show more
          </Button>
        </Group>
      )}
    </div>
  );
}
