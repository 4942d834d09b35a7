import type { BulkLoadReport, BulkLoadRequest, BulkTableLoad, BulkTableReport } from "@syncline/engine";
import type { ApplySession } from "../write/apply-session.ts";
import { markDone, prepareCopyLedger, storePart } from "./copy-ledger.ts";
import { readInsertTriggers } from "./insert-triggers.ts";
import { mayKeepEntry, writeLoadEntry } from "./load-entry.ts";
import { loadLargeTables } from "./load-large-tables.ts";
import { openSession, type SessionSource, withSession } from "./open-session.ts";
import { loadInOneTransaction, type SingleLoad } from "./single-transaction.ts";
import type { TargetTable } from "./target-table.ts";

export interface LoadInput {
  readonly source: SessionSource;
  readonly request: BulkLoadRequest;
  readonly described: readonly TargetTable[];
  readonly partBytes: number | undefined;
  /** Whether the ledger gets an entry. */
  readonly recorded: boolean;
}

/** Below this one connection is nearly as fast, and one transaction is simpler. */
const PART_BYTES = 256 * 1024 * 1024;

/** Small tables in one transaction; large ones in parts where this role and the connection allow it. */
export async function loadTables(wanted: Omit<LoadInput, "recorded">): Promise<BulkLoadReport> {
  const { request, source } = wanted;
  const recorded = await withSession(source, (session) => mayKeepEntry(session, source.label, request.fence));
  const input = { ...wanted, recorded };
  const candidates = request.tables.filter((load) => mayBeCut(input, load));
  if (candidates.length === 0) return loadAll(input);
  // It puts things in order after an interruption too, so the signal does not end it.
  const control = await openSession({ ...source, signal: new AbortController().signal });
  try {
    const large = (await mayWriteDown(input, control))
      ? await withoutTriggers(input, control, candidates)
      : [];
    const rest = request.tables.filter((load) => !large.includes(load));
    const loadBeside = (positionOf: (load: BulkTableLoad) => number) => loadBesides(input, rest, positionOf);
    const loaded =
      large.length === 0
        ? null
        : await loadLargeTables(control, { source, request, recorded, large, loadRest: loadBeside });
    if (loaded === null) return await loadAll(input);
    const { reports, notes } = loaded;
    const tables = request.tables.map((load) => reports.get(load) ?? notStarted(load));
    const wrote = recorded && tables.some(({ outcome }) => outcome === "done");
    return { tables, notes, ledgerId: wrote ? request.id : null };
  } catch (error) {
    throw control.translate(error);
  } finally {
    await control.close();
  }
}

function mayBeCut({ request, described, partBytes = PART_BYTES }: LoadInput, load: BulkTableLoad): boolean {
  if (request.singleTransaction || request.parallel < 2 || load.estimatedBytes < partBytes) return false;
  const found = described.find(({ table }) => table === load.table);
  const plain = load.table.spec.kind === "table" && load.table.tenant === null;
  return plain && found?.owned === true && load.slices(2) > 1;
}

/** A pooler may hand our session to others, and without the tables of our own nothing may be dropped. */
async function mayWriteDown({ source }: LoadInput, control: ApplySession): Promise<boolean> {
  const { processID } = control.client as unknown as { processID: number | null };
  return processID === control.pid && (await prepareCopyLedger(control.client, source.label));
}

/** Triggers can be disabled in one transaction, unseen by others, but not in several. */
async function withoutTriggers(
  { described }: LoadInput,
  { client }: ApplySession,
  candidates: readonly BulkTableLoad[],
): Promise<BulkTableLoad[]> {
  const oidOf = (load: BulkTableLoad) => described.find(({ table }) => table === load.table)?.info.oid ?? 0;
  await client.query("BEGIN READ ONLY; SET LOCAL search_path = ''");
  const triggers = await readInsertTriggers(client, candidates.map(oidOf));
  await client.query("ROLLBACK");
  return candidates.filter((load) => !triggers.some((trigger) => trigger.rootOid === oidOf(load)));
}

/** All tables in one transaction, with the entry of the ledger. */
function loadAll(input: LoadInput): Promise<BulkLoadReport> {
  const { source, request, recorded } = input;
  return withSession(source, async (session) => {
    const report = await loadRest(input, session, request.tables, async (loaded) => {
      if (recorded) await writeLoadEntry({ client: session.client, scope: source.scope, request, loaded });
      request.reached?.("rows-written");
    });
    request.reached?.("rows-committed");
    return { ...report, ledgerId: recorded ? request.id : null };
  });
}

function loadRest(
  { source, request, described }: LoadInput,
  session: ApplySession,
  loads: readonly BulkTableLoad[],
  beforeCommit?: SingleLoad["beforeCommit"],
): ReturnType<typeof loadInOneTransaction> {
  return loadInOneTransaction({
    session,
    scope: source.scope,
    label: source.label,
    request,
    loads,
    mayAlter: (load) => described.some(({ table, owned }) => table === load.table && owned),
    ...(beforeCommit === undefined ? {} : { beforeCommit }),
  });
}

/** The tables that go beside large ones; a failure is theirs alone. */
async function loadBesides(
  input: LoadInput,
  loads: readonly BulkTableLoad[],
  positionOf: (load: BulkTableLoad) => number,
): Promise<{ reports: Map<BulkTableLoad, BulkTableReport>; notes: readonly string[] }> {
  if (loads.length === 0) return { reports: new Map(), notes: [] };
  const { id } = input.request;
  try {
    const report = await withSession(input.source, (session) =>
      loadRest(input, session, loads, async (loaded) => {
        for (const {
          table: { load, relation, info },
        } of loaded) {
          const planned = { position: positionOf(load), relation, oid: info.oid };
          await storePart(session.client, id, planned, 0);
          await markDone(session.client, id, planned.position);
        }
      }),
    );
    return {
      reports: new Map(loads.map((load, at) => [load, report.tables[at] ?? notStarted(load)])),
      notes: report.notes,
    };
  } catch (error) {
    const failed = (load: BulkTableLoad): BulkTableReport => ({
      ...notStarted(load),
      outcome: "failed",
      error: error as Error,
    });
    return { reports: new Map(loads.map((load) => [load, failed(load)])), notes: [] };
  }
}

function notStarted(load: BulkTableLoad): BulkTableReport {
  return { table: load.table.spec.name, outcome: "not-started", rows: 0, bytes: 0, error: null };
}
