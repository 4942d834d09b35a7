import { ActionIcon, Alert, Button, Group, Skeleton, Stack, Text, Title, Tooltip } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { ErrorState } from "../../../components/error-state.tsx";
import { KindGlyph } from "../../../components/kind-glyph.tsx";
import { counted, countText } from "../../../components/number-text.ts";
import { type ChangeRow, keyText } from "../change-row.ts";
import type { PatchTable } from "../explorer-props.ts";
import { changeQuery } from "../patch-queries.ts";
import { CopyRow } from "./copy-row.tsx";
import { RowFields } from "./row-fields.tsx";

interface RowPanelProps {
  readonly patchId: string;
  /** Null: it is being found, or there is none. */
  readonly n: number | null;
  readonly problem: unknown;
  readonly tables: readonly PatchTable[];
  /** The filter does not choose this row. */
  readonly hidden: boolean;
  readonly onShowAll: () => void;
  readonly onClose: () => void;
  readonly onStep: (by: number) => void;
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

const TITLES = {
  insert: "Row to insert",
  update: "Changed row",
  delete: "Row to delete",
} as const;

/** One changed row, beside the list, which stays usable. */
export function RowPanel(props: RowPanelProps) {
  const { patchId, n, problem, tables, hidden, onShowAll, onClose, onStep, atStart, atEnd } = props;
  const query = useQuery({ ...changeQuery(patchId, n ?? 0), enabled: n !== null });
  const row = query.data;
  const error = problem ?? query.error;
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    // Only what the mouse or the address opened takes the focus: who goes through the list by keys stays in it.
    if (document.activeElement === document.body) panel.current?.focus({ preventScroll: true });
  }, []);
  return (
    <aside ref={panel} className="dx-panel" aria-label="Row" tabIndex={-1}>
      <Group className="dx-panel-head" justify="space-between" wrap="nowrap" gap="xs">
        <Group gap={8} wrap="nowrap" style={{ minWidth: 0 }}>
          {row !== undefined && <KindGlyph kind={row.kind} />}
          <Title order={2} size="h3" className="dx-panel-title">
            {row === undefined ? "Row" : TITLES[row.kind]}
          </Title>
        </Group>
        <Group gap={4} wrap="nowrap">
          <Tooltip label="Row before (k)">
            <ActionIcon
              variant="default"
              size="sm"
              aria-label="Row before"
              disabled={atStart}
              onClick={() => onStep(-1)}
            >
              <IconChevronUp size={15} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Next row (j)">
            <ActionIcon
              variant="default"
              size="sm"
              aria-label="Next row"
              disabled={atEnd}
              onClick={() => onStep(1)}
            >
              <IconChevronDown size={15} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Close (Esc)">
            <ActionIcon variant="subtle" color="gray" size="sm" aria-label="Close the row" onClick={onClose}>
              <IconX size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      <div className="dx-panel-body">
        {error !== null ? (
          <ErrorState what="The row could not be read" error={error} retry={() => void query.refetch()} />
        ) : row === undefined ? (
          <RowSkeleton />
        ) : (
          <Stack gap="sm">
            {hidden && (
              <Alert variant="outline" color="blue" styles={{ body: { minWidth: 0 } }}>
                <Group justify="space-between" gap="xs">
                  <Text size="sm">The filter of the list does not choose this row.</Text>
                  <Button size="compact-xs" variant="default" onClick={onShowAll}>
                    Show all rows
                  </Button>
                </Group>
              </Alert>
            )}
            <RowHead row={row} />
            <CopyRow patchId={patchId} row={row} />
            <RowFields
              patchId={patchId}
              row={row}
              table={tables.find(({ name }) => name === row.table) ?? null}
            />
          </Stack>
        )}
      </div>
    </aside>
  );
}

function RowHead({ row }: { readonly row: ChangeRow }) {
  return (
    <dl className="dx-row-head">
      <dt>Table</dt>
      <dd>
        <bdi className="sl-mono">{row.table}</bdi>
      </dd>
      <dt>Key</dt>
      <dd>
        <bdi className="sl-mono">{keyText(row)}</bdi>
      </dd>
      <dt>Number</dt>
      <dd>
        <span className="sl-mono">{countText(row.n)}</span>
        {row.count > 1 && (
          <Text component="span" size="sm" c="dimmed">{` · ${counted(row.count, "identical row")}`}</Text>
        )}
      </dd>
    </dl>
  );
}

function RowSkeleton() {
  return (
    <Stack gap="sm" aria-busy="true" aria-label="Loading the row">
      <Skeleton height={66} radius="sm" />
      <Skeleton height={30} radius="sm" />
      <Skeleton height={220} radius="sm" />
    </Stack>
  );
}
