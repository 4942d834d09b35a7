import type { Overview, ServerEvent } from "@syncline/api";

type Progress = NonNullable<Overview["running"][number]["progress"]>;

/** The overview after an event: progress is taken from it, everything else is read again by the shell. */
export function afterEvent(overview: Overview, { type, runId, payload }: ServerEvent): Overview {
  if (type !== "run.progress" || runId === null) return overview;
  const at = overview.running.findIndex(({ id }) => id === runId);
  const progress = progressOf(payload);
  const known = overview.running[at];
  if (known === undefined || progress === null) return overview;
  return { ...overview, running: overview.running.with(at, { ...known, progress }) };
}

function progressOf(payload: unknown): Progress | null {
  if (typeof payload !== "object" || payload === null) return null;
  const { phase, rows, bytes, rowsPerSecond, etaSeconds, unitsDone, unitsTotal } =
    payload as Partial<Progress>;
  if (typeof phase !== "string" || typeof rows !== "number") return null;
  return {
    phase,
    rows,
    bytes: bytes ?? 0,
    rowsPerSecond: rowsPerSecond ?? 0,
    etaSeconds: etaSeconds ?? null,
    unitsDone: unitsDone ?? 0,
    unitsTotal: unitsTotal ?? 0,
  };
}
