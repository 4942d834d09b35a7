import { and, count, eq, inArray, sql } from "drizzle-orm";
import { now, nowPlus } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import type { Transaction } from "../database/open-database.ts";
import { SERVICE, transact } from "../database/transact.ts";
import { isUuid } from "../ids.ts";
import type { Run, WorkUnit } from "../records.ts";
import { advanceRun } from "../runs/advance-run.ts";
import { LEASE_MS } from "../runs/lease.ts";
import { lockRun } from "../runs/lock-run.ts";
import { attempts, runs, targetLocks, workers, workUnits } from "../schema/index.ts";

export interface ClaimInput {
  readonly unitId: string;
  readonly workerId: string;
  /** Work units at a time per server, where it is another number than `perServer`. */
  readonly limits?: Readonly<Record<string, number>>;
  /** For servers that `limits` does not name; no limit when absent. */
  readonly perServer?: number;
  readonly leaseMs?: number;
}

export interface Claim {
  readonly run: Run;
  readonly unit: WorkUnit;
  /** Finishing the unit and renewing its lease need it. */
  readonly token: bigint;
  /** What its writes show the target: the claim's own number, for a slice the run's. Null where nothing is written. */
  readonly fenceToken: bigint | null;
  readonly leaseUntil: Date;
  readonly leaseMs: number;
  /** `inspect`: the run is being cancelled; only see whether the target's ledger has the unit, then finish it. */
  readonly mode: "work" | "inspect";
}

export type ClaimRefusal =
  | "not-found"
  | "not-ready"
  | "run-not-claimable"
  | "not-before"
  | "target-busy"
  | "server-limit"
  | "worker-gone";

export type ClaimResult =
  | { readonly kind: "claimed"; readonly claim: Claim }
  | { readonly kind: "refused"; readonly reason: ClaimRefusal; readonly waitsFor: string | null };

type Refusal = Extract<ClaimResult, { kind: "refused" }>;
const refusal = (reason: ClaimRefusal, waitsFor: string | null = null): Refusal => ({
  kind: "refused",
  reason,
  waitsFor,
});

/** First halves of the advisory locks on a target and on a server's count. */
const TARGET_LOCK = 0x53594e54;
const SERVER_LOCK = 0x53594e53;

/**
 * Gives a unit to a worker under a lease and a new fencing token, or says why not; of several claims exactly one wins.
 * A run that writes takes its targets with its first unit.
 */
export async function claimUnit(cp: ControlPlane, input: ClaimInput): Promise<ClaimResult> {
  if (!isUuid(input.unitId) || !isUuid(input.workerId)) return refusal("not-found");
  return transact(cp, SERVICE, async (change) => {
    const { tx } = change;
    const [place] = await tx
      .select({ runId: workUnits.runId })
      .from(workUnits)
      .where(eq(workUnits.id, input.unitId));
    const run = place === undefined ? undefined : await lockRun(tx, place.runId);
    if (run === undefined) return refusal("not-found");
    const mode = await modeOf(tx, { run, input });
    if (typeof mode !== "string") return mode;
    const busy = mode === "work" ? await takePlaces(tx, { run, input }) : null;
    if (busy !== null) return tellWhatFor(tx, run, busy);
    return grant(change, { run, input, mode });
  });
}

async function modeOf(
  tx: Transaction,
  { run, input }: { run: Run; input: ClaimInput },
): Promise<Claim["mode"] | Refusal> {
  const [worker] = await tx.select().from(workers).where(eq(workers.id, input.workerId));
  if (worker === undefined || worker.draining) return refusal("worker-gone");
  const units = await tx
    .select({ id: workUnits.id, state: workUnits.state, unsettled: workUnits.unsettled })
    .from(workUnits)
    .where(eq(workUnits.runId, run.id));
  const unit = units.find(({ id }) => id === input.unitId);
  if (unit?.state !== "ready") return refusal("not-ready");
  if (run.state === "cancelling") return unit.unsettled ? "inspect" : refusal("run-not-claimable");
  if (run.state !== "queued" && run.state !== "running") return refusal("run-not-claimable");
  // The attempt has failed already; it ends when the others have stopped.
  if (units.some(({ state }) => state === "failed")) return refusal("run-not-claimable");
  if (run.notBefore !== null && !(await hasPassed(tx, run))) return refusal("not-before");
  return "work";
}

async function hasPassed(tx: Transaction, run: Run): Promise<boolean> {
  const [row] = await tx
    .select({ passed: sql<boolean>`${runs.notBefore} <= now()` })
    .from(runs)
    .where(eq(runs.id, run.id));
  return row?.passed === true;
}

/** Takes the run's targets, all or none, and sees whether its servers have room. */
async function takePlaces(
  tx: Transaction,
  { run, input }: { run: Run; input: ClaimInput },
): Promise<Refusal | null> {
  const { organizationId, targetKeys } = run;
  for (const key of targetKeys) await lockName(tx, TARGET_LOCK, `${organizationId}:${key}`);
  const held =
    targetKeys.length === 0
      ? []
      : await tx
          .select()
          .from(targetLocks)
          .where(
            and(eq(targetLocks.organizationId, organizationId), inArray(targetLocks.targetKey, targetKeys)),
          );
  const other = held.find(({ runId }) => runId !== run.id);
  if (other !== undefined)
    return refusal("target-busy", `target "${other.targetKey}", which run ${other.runId} writes to`);
  const full = await findFullServer(tx, { run, input });
  if (full !== null) return refusal("server-limit", full);
  const missing = targetKeys.filter((key) => !held.some(({ targetKey }) => targetKey === key));
  if (missing.length > 0)
    await tx
      .insert(targetLocks)
      .values(
        missing.map((targetKey) => ({ organizationId, targetKey, runId: run.id, fencingToken: NEXT_TOKEN })),
      );
  return null;
}

const NEXT_TOKEN = sql<bigint>`nextval('syncline_control.fencing_tokens')`;

async function lockName(tx: Transaction, kind: number, name: string): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(${kind}::int, hashtext(${name}))`);
}

async function findFullServer(
  tx: Transaction,
  { run, input: { limits = {}, perServer } }: { run: Run; input: ClaimInput },
): Promise<string | null> {
  for (const server of run.serverKeys) {
    const limit = Object.hasOwn(limits, server) ? limits[server] : perServer;
    if (limit === undefined) continue;
    await lockName(tx, SERVER_LOCK, `${run.organizationId}:${server}`);
    const [row] = await tx
      .select({ running: count() })
      .from(workUnits)
      .innerJoin(runs, eq(runs.id, workUnits.runId))
      .where(
        and(
          eq(workUnits.state, "running"),
          eq(runs.organizationId, run.organizationId),
          sql`${server} = ANY(${runs.serverKeys})`,
        ),
      );
    if ((row?.running ?? 0) >= limit) return `server "${server}", which has ${limit} work units running`;
  }
  return null;
}

async function tellWhatFor(tx: Transaction, run: Run, busy: Refusal): Promise<Refusal> {
  if (run.waitsFor !== busy.waitsFor)
    await tx
      .update(runs)
      .set({ waitsFor: busy.waitsFor })
      .where(and(eq(runs.id, run.id), eq(runs.state, run.state)));
  return busy;
}

async function grant(
  change: Change,
  { run, input, mode }: { run: Run; input: ClaimInput; mode: Claim["mode"] },
): Promise<ClaimResult> {
  const { tx } = change;
  const leaseMs = input.leaseMs ?? LEASE_MS;
  const [unit] = await tx
    .update(workUnits)
    .set({
      state: "running",
      worker: input.workerId,
      fencingToken: NEXT_TOKEN,
      leaseUntil: nowPlus(leaseMs),
      claims: sql`${workUnits.claims} + 1`,
      startedAt: now,
    })
    .where(and(eq(workUnits.id, input.unitId), eq(workUnits.state, "ready")))
    .returning();
  if (unit === undefined) return refusal("not-ready");
  const { fencingToken: token, leaseUntil } = unit;
  if (token === null || leaseUntil === null) throw new Error("a claimed unit has no token or no lease");
  await tx
    .insert(attempts)
    .values({ organizationId: run.organizationId, runId: run.id, number: run.attempt })
    // An attempt that was paused goes on.
    .onConflictDoUpdate({
      target: [attempts.runId, attempts.number],
      set: { outcome: null, error: null, finishedAt: null },
    });
  const started =
    run.state === "queued" ? await advanceRun(change, run, { name: "start" }) : await clearWait(tx, run);
  const fenceToken = await fenceOf(tx, { run, unit, token });
  return { kind: "claimed", claim: { run: started, unit, token, fenceToken, leaseUntil, leaseMs, mode } };
}

async function clearWait(tx: Transaction, run: Run): Promise<Run> {
  if (run.waitsFor === null) return run;
  await tx.update(runs).set({ waitsFor: null }).where(eq(runs.id, run.id));
  return { ...run, waitsFor: null };
}

/** A unit that has the run to itself raises the run's number to its own, so that earlier slices cannot write after it. */
async function fenceOf(
  tx: Transaction,
  { run, unit, token }: { run: Run; unit: WorkUnit; token: bigint },
): Promise<bigint | null> {
  if (run.targetKeys.length === 0) return null;
  const ofRun = eq(targetLocks.runId, run.id);
  if (unit.kind !== "slice") {
    await tx.update(targetLocks).set({ fencingToken: token }).where(ofRun);
    return token;
  }
  const [lock] = await tx
    .select({ token: sql<string>`max(${targetLocks.fencingToken})` })
    .from(targetLocks)
    .where(ofRun);
  return lock?.token == null ? token : BigInt(lock.token);
}
