import { Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import { useMe } from "../../api/me.ts";
import { Count } from "../../components/count.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { bytesText, counted, countText } from "../../components/number-text.ts";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { claimText, isLive, lengthText } from "./run-words.ts";
import { type Run, type Unit, useUnits, useWorkers, type Worker } from "./runs-query.ts";
import { unitsByState } from "./units-by-state.ts";

const KINDS: Readonly<Record<Unit["kind"], string>> = {
  whole: "The whole run",
  plan: "Plan",
  slice: "Slice",
  finish: "Finish",
};
const SILENT_MS = 15_000;

/** Who does which part of a run, and what became of parts whose worker was lost. */
export function RunUnits({ run }: { readonly run: Run }) {
  const units = useUnits(run);
  const me = useMe();
  const workers = useWorkers({ live: isLive(run), allowed: me.can("workers:read") });
  return (
    <Stack component="section" gap="xs" aria-labelledby="units">
      <Title order={2} id="units">
        Work units
      </Title>
      <QueryBoundary live query={units} failed="The work units could not be read">
        {({ items, next }) => (
          <>
            {items.length > 1 && <UnitStrip units={items} />}
            <ListTable
              label="Work units of the run"
              rows={items}
              rowKey={({ id }) => id}
              columns={columnsOf(workers.data ?? new Map())}
              empty={<Text p="md">No work units yet.</Text>}
            />
            {next !== null && (
              <Text size="sm" c="dimmed">
                The first {countText(items.length)} are shown.
              </Text>
            )}
          </>
        )}
      </QueryBoundary>
    </Stack>
  );
}

/** All units at a glance, one small field each, in their order. */
function UnitStrip({ units }: { readonly units: readonly Unit[] }) {
  const counts = unitsByState(units);
  const words = counts.map(({ state, count }) => `${countText(count)} ${state}`).join(", ");
  return (
    <Group gap="xs" align="center">
      <Group
        gap={2}
        role="img"
        aria-label={`${counted(units.length, "work unit")}: ${words}`}
        style={{ flexWrap: "wrap" }}
      >
        {units.map((unit) => (
          <Tooltip key={unit.id} label={`${KINDS[unit.kind]} ${unit.position}: ${unit.state}`}>
            <span
              className="sl-unit"
              data-state={unit.state}
              data-lost={unit.losses > 0 ? true : undefined}
            />
          </Tooltip>
        ))}
      </Group>
      <Text size="sm" c="dimmed" component="span">
        {words}
      </Text>
    </Group>
  );
}

function columnsOf(workers: ReadonlyMap<string, Worker>): readonly ListColumn<Unit>[] {
  return [
    {
      id: "unit",
      header: "Unit",
      cell: (unit) => (
        <>
          {KINDS[unit.kind]}
          {unit.kind === "slice" && <span className="sl-mono"> {unit.position}</span>}
          {unit.tables.length > 0 && (
            <Text component="span" inherit c="dimmed" className="sl-mono">
              {" "}
              {unit.tables.slice(0, 3).join(", ")}
              {unit.tables.length > 3 && ` and ${unit.tables.length - 3} more`}
            </Text>
          )}
        </>
      ),
    },
    {
      id: "state",
      header: "State",
      cell: (unit) => (
        <Group gap={6}>
          <StateBadge state={unit.state} />
          <Claims unit={unit} />
        </Group>
      ),
    },
    { id: "worker", header: "Worker", cell: (unit) => <WorkerName unit={unit} workers={workers} /> },
    { id: "rows", header: "Rows", align: "right", cell: ({ rows }) => <Count value={rows} /> },
    {
      id: "bytes",
      header: "Bytes",
      align: "right",
      cell: ({ bytes }) => <span className="sl-mono">{bytes === 0 ? "—" : bytesText(bytes)}</span>,
    },
    {
      id: "took",
      header: "Took",
      align: "right",
      cell: (unit) => <span className="sl-mono">{lengthText(unit, Date.now()) ?? "—"}</span>,
    },
  ];
}

function Claims({ unit }: { readonly unit: Unit }) {
  const text = claimText(unit);
  const error = unit.state === "failed" ? unit.error : null;
  return (
    <>
      {text !== null && (
        <Text component="span" size="sm" c="var(--sl-update)">
          {text}
        </Text>
      )}
      {error !== null && (
        <Text component="span" size="sm" c="var(--sl-delete)">
          {error.message}
        </Text>
      )}
    </>
  );
}

function WorkerName({
  unit,
  workers,
}: {
  readonly unit: Unit;
  readonly workers: ReadonlyMap<string, Worker>;
}) {
  if (unit.worker === null)
    return (
      <Text component="span" c="dimmed" inherit>
        —
      </Text>
    );
  const worker = workers.get(unit.worker);
  const silence = worker === undefined ? 0 : Date.now() - Date.parse(worker.heartbeatAt);
  return (
    <span className="sl-mono" title={unit.worker}>
      {worker?.name ?? unit.worker.slice(0, 8)}
      {unit.state === "running" && silence > SILENT_MS && (
        <Text component="span" size="sm" c="var(--sl-update)">
          {" "}
          not heard of for {Math.round(silence / 1_000)} s
        </Text>
      )}
    </span>
  );
}
