import { ActionIcon, Group, Text, TextInput, Tooltip } from "@mantine/core";
import { IconArrowsSort, IconSearch, IconSortAZ } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import { KindCounts } from "../../../components/kind-counts.tsx";
import { counted, shareText } from "../../../components/number-text.ts";
import type { PatchTable } from "../explorer-props.ts";
import { differencesOf, orderedTables, rowsOf, sameText, shareOf } from "./verdict.ts";

const LINE_PX = 50;

interface TableListProps {
  readonly tables: readonly PatchTable[];
  /** Whether the comparison came to its end. */
  readonly complete: boolean;
  readonly chosen: string | undefined;
  readonly onChoose: (table: string | undefined) => void;
  readonly find: string;
  readonly onFind: (find: string) => void;
  readonly order: "most" | "name";
  readonly onOrder: (order: "most" | "name") => void;
}

/** Verdict by table; a table that is chosen shows its rows alone. */
export function TableList(props: TableListProps) {
  const { tables, complete, chosen, onChoose, find, onFind, order, onOrder } = props;
  const shown = useMemo(() => orderedTables(tables, { find, order }), [tables, find, order]);
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 8,
  });
  return (
    <section className="sl-card dx-tables" aria-label="Tables">
      <Group gap={6} wrap="nowrap" p={8}>
        <TextInput
          size="xs"
          flex={1}
          aria-label="Search tables"
          placeholder={`Search ${counted(tables.length, "table")}`}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={find}
          onChange={(event) => onFind(event.currentTarget.value)}
          spellCheck={false}
        />
        <Tooltip label={order === "most" ? "Most differences first" : "By name"}>
          <ActionIcon
            variant="default"
            size={30}
            aria-label={order === "most" ? "Order by name" : "Order by differences"}
            onClick={() => onOrder(order === "most" ? "name" : "most")}
          >
            {order === "most" ? <IconArrowsSort size={15} /> : <IconSortAZ size={15} />}
          </ActionIcon>
        </Tooltip>
      </Group>
      <div ref={box} className="dx-tables-box">
        <ul className="dx-tables-list" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const table = shown[index];
            if (table === undefined) return null;
            return (
              <li
                key={table.name}
                style={{ top: start, height: LINE_PX }}
                aria-posinset={index + 1}
                aria-setsize={shown.length}
              >
                <TableLine
                  table={table}
                  complete={complete}
                  chosen={chosen === table.name}
                  onChoose={() => onChoose(chosen === table.name ? undefined : table.name)}
                />
              </li>
            );
          })}
        </ul>
        {shown.length === 0 && (
          <Text size="sm" c="dimmed" p="sm">
            No table is called like that.
          </Text>
        )}
      </div>
    </section>
  );
}

interface TableLineProps {
  readonly table: PatchTable;
  readonly complete: boolean;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

function TableLine({ table, complete, chosen, onChoose }: TableLineProps) {
  const { name, state, inserts, updates, deletes } = table;
  return (
    <button
      type="button"
      className="dx-table-line"
      aria-pressed={chosen}
      onClick={onChoose}
      title={chosen ? `${name}: show all tables` : name}
    >
      <span className="sl-mono dx-table-name">
        <bdi>{name}</bdi>
      </span>
      <span className="dx-table-facts">
        {state === "different" ? (
          <KindCounts inserts={inserts} updates={updates} deletes={deletes} />
        ) : state === "failed" ? (
          <span className="dx-failed">could not be compared</span>
        ) : (
          <span className="dx-same-facts">{sameText(table, complete)}</span>
        )}
        <ShareText table={table} />
      </span>
    </button>
  );
}

function ShareText({ table }: { readonly table: PatchTable }) {
  const share = table.state === "different" ? shareOf(differencesOf(table), rowsOf(table)) : null;
  if (share === null) return null;
  return (
    <span
      className="sl-mono dx-share"
      title={`${shareText(share)} of ${counted(rowsOf(table) ?? 0, "row")} differ`}
    >
      {shareText(share)}
    </span>
  );
}
