import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { IconArrowBackUp, IconHistory } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../../api/me.ts";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { counted } from "../../components/number-text.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { PlacePicker } from "../../components/place-picker/place-picker.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { StateBadge } from "../../components/state-badge.tsx";
import { type LedgerEntry, logQuery } from "./patch-queries.ts";
import { useTargetRules } from "./target-rules.ts";
import { UndoDialog } from "./undo-dialog.tsx";

const route = getRouteApi("/shell/log");
const LIMITS = ["50", "200", "1000"];

/** What was applied to a place, by whom, and whether it was undone. */
export function LogPage() {
  const { target, limit = 50 } = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery({ ...logQuery(target ?? "", limit), enabled: target !== undefined });
  const [undoing, setUndoing] = useState<LedgerEntry | null>(null);
  const [picked, setPicked] = useState(target ?? "");
  const choose = (place: string) => {
    setPicked(place);
    void navigate({
      to: ".",
      search: { target: place === "" ? undefined : place, limit: limit === 50 ? undefined : limit },
    });
  };
  return (
    <>
      <PageHeader
        title="Applied patches"
        description="The ledger of a place: it is kept in the place itself, so that it holds what any Syncline applied."
        command={commandOf(["syncline", "log", target ?? "prod:public:*"])}
        places={target === undefined ? [] : [target]}
      />
      <Group align="flex-end" mb="md" gap="sm">
        <div style={{ flex: 1, minWidth: 280, maxWidth: 760 }}>
          <PlacePicker label="Place" value={picked} onChange={choose} />
        </div>
        <Select
          label="At most"
          w={110}
          data={LIMITS}
          allowDeselect={false}
          value={String(limit)}
          onChange={(value) => void navigate({ to: ".", search: { target, limit: Number(value ?? 50) } })}
        />
      </Group>
      {target === undefined ? (
        <div className="sl-card">
          <EmptyState icon={<IconHistory size={32} aria-hidden />} title="Choose a place">
            A server and a tenant: then everything is listed that was applied there, with its undo.
          </EmptyState>
        </div>
      ) : (
        <QueryBoundary query={query} failed={`The ledger of ${target} could not be read`}>
          {({ items }) => <Entries entries={items} target={target} onUndo={setUndoing} />}
        </QueryBoundary>
      )}
      {undoing !== null && target !== undefined && (
        <UndoDialog opened onClose={() => setUndoing(null)} ledgerId={undoing.id} target={target} />
      )}
    </>
  );
}

interface EntriesProps {
  readonly entries: readonly LedgerEntry[];
  readonly target: string;
  readonly onUndo: (entry: LedgerEntry) => void;
}

function Entries({ entries, target, onUndo }: EntriesProps) {
  const me = useMe();
  const rules = useTargetRules(target);
  const mayUndo = me.can("rows:undo", rules.environment);
  const columns: readonly ListColumn<LedgerEntry>[] = [
    {
      id: "what",
      header: "What",
      cell: ({ kind, source, tables, patchId, undoes }) => (
        <Stack gap={0}>
          <Text size="sm">
            {kind === "undo" ? "Undo of" : "From"} <span className="sl-mono">{source}</span>
          </Text>
          <Text size="xs" c="dimmed" title={`Patch ${patchId}${undoes === null ? "" : `, undoes ${undoes}`}`}>
            {tables
              .slice(0, 4)
              .map(({ name }) => name)
              .join(", ")}
            {tables.length > 4 && ` and ${counted(tables.length - 4, "other")}`}
          </Text>
        </Stack>
      ),
    },
    {
      id: "counts",
      header: "Rows",
      cell: ({ counts }) => (
        <KindCounts inserts={counts.inserted} updates={counts.updated} deletes={counts.deleted} />
      ),
    },
    {
      id: "by",
      header: "By",
      cell: ({ actor, appliedAt, reason }) => (
        <Text size="sm" title={reason ?? undefined}>
          {actor === null ? "nobody known" : actorText(actor)}{" "}
          <Text component="span" c="dimmed" inherit>
            <Ago at={appliedAt} />
          </Text>
        </Text>
      ),
    },
    {
      id: "state",
      header: "Undo",
      cell: (entry) => (
        <UndoState entry={entry} by={entries.find(({ id }) => id === entry.undoneBy)?.actor ?? null} />
      ),
    },
    {
      id: "undo",
      header: <span className="sl-visually-hidden">Take it back</span>,
      align: "right",
      cell: (entry) =>
        entry.undoState !== "undone" && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconArrowBackUp size={14} aria-hidden />}
            disabled={!mayUndo}
            title={mayUndo ? undefined : "It takes the role operator."}
            onClick={() => onUndo(entry)}
          >
            Undo
          </Button>
        ),
    },
  ];
  return (
    <ListTable
      label={`Applied to ${target}`}
      rows={entries}
      rowKey={({ id }) => id}
      columns={columns}
      empty={
        <EmptyState icon={<IconHistory size={32} aria-hidden />} title="Nothing was applied here yet">
          Patches, copies and undos that write to {target} are listed here.
        </EmptyState>
      }
    />
  );
}

interface UndoStateProps {
  readonly entry: LedgerEntry;
  /** Who took it back; null: not known. */
  readonly by: string | null;
}

function UndoState({ entry: { undoState, undoneAt, receipt }, by }: UndoStateProps) {
  if (undoState === "applied")
    return receipt === null ? (
      <Text size="sm" c="dimmed">
        in place
      </Text>
    ) : (
      <StateBadge state="applied" label="undo ready" />
    );
  return (
    <Text size="sm">
      <StateBadge
        state={undoState === "undone" ? "neutral" : "partial"}
        label={undoState === "undone" ? "undone" : "partly undone"}
      />{" "}
      <Text component="span" c="dimmed" inherit>
        {by !== null && `by ${actorText(by)} `}
        <Ago at={undoneAt} />
      </Text>
    </Text>
  );
}
