import { CodedError, isCodedError } from "@syncline/core";
import type { BackupReceipt } from "../../ports/receipt.ts";
import { pause } from "../apply/pause.ts";
import { type AgreedPair, agreePair } from "./agree-pair.ts";
import { applicationIdOf, applySide } from "./apply-side.ts";
import { assertSides } from "./assert-sides.ts";
import { findViolations } from "./find-violations.ts";
import { type CyclePlan, planCycle, type Violations } from "./plan-cycle.ts";
import { recoverCycle } from "./recover-cycle.ts";
import type { SideName } from "./side-run.ts";
import type { SyncCycleInput, SyncCycleResult, SyncSideCounts } from "./sync-contract.ts";

/** Comparisons of one cycle at most: each is followed by another one only after rows changed or broke a constraint. */
const MOST_ATTEMPTS = 12;
const PAUSE_MS = 100;

/**
 * Brings two places in step: what each did since both agreed last reaches the other one, and what both did differently
 * is settled by the rules or held. Rows are written under the ledger and fence of each side; the base is advanced last.
 * Whatever dies meanwhile, the next cycle goes on from what the ledgers say.
 * @throws CodedError when it cannot be done; what one side has by then, it keeps, and the next cycle knows
 */
export async function syncCycle(input: SyncCycleInput): Promise<SyncCycleResult> {
  let violations: Violations = new Map();
  const notes = new Set<string>();
  const ledgerIds: { target: string | null; source: string | null } = { target: null, source: null };
  const receipts: BackupReceipt[] = [];
  const recovered = { yes: false };
  const written = { target: new Map<string, SyncSideCounts>(), source: new Map<string, SyncSideCounts>() };
  for (let attempts = 1; ; attempts += 1) {
    const attempt = new CycleAttempt(input, {
      violations,
      notes,
      ledgerIds,
      receipts,
      recovered,
      written,
      attempts,
    });
    try {
      return await attempt.run();
    } catch (error) {
      if (attempts >= MOST_ATTEMPTS || input.ctx.signal.aborted) throw error;
      const found = await attempt.explain(error);
      if (found !== null) violations = joined(violations, found);
      else if (isCodedError(error) && error.retryable) await pause(PAUSE_MS * attempts, input.ctx.signal);
      else throw error;
    } finally {
      attempt.close();
    }
  }
}

/** A row that is found again broke the constraint with what was decided of it: that cannot be carried out. */
function joined(known: Violations, found: Violations): Violations {
  const all = new Map([...known].map(([table, rows]) => [table, new Map(rows)]));
  for (const [table, rows] of found) {
    const those = all.get(table) ?? new Map();
    for (const [name, violation] of rows) those.set(name, { ...violation, again: those.has(name) });
    all.set(table, those);
  }
  return all;
}

interface Attempt {
  readonly violations: Violations;
  readonly notes: Set<string>;
  readonly ledgerIds: { target: string | null; source: string | null };
  readonly receipts: BackupReceipt[];
  readonly recovered: { yes: boolean };
  /** By table, over all attempts: a side that was written stays so when the other one needs another attempt. */
  readonly written: Readonly<Record<SideName, Map<string, SyncSideCounts>>>;
  readonly attempts: number;
}

class CycleAttempt {
  readonly #input: SyncCycleInput;
  readonly #attempt: Attempt;
  #pair: AgreedPair | null = null;
  #plan: CyclePlan | null = null;
  #writing: SideName | null = null;

  constructor(input: SyncCycleInput, attempt: Attempt) {
    this.#input = input;
    this.#attempt = attempt;
  }

  async run(): Promise<SyncCycleResult> {
    const { input, notes } = { input: this.#input, notes: this.#attempt.notes };
    if ((await recoverCycle(input)) !== null && this.#attempt.attempts === 1)
      this.#attempt.recovered.yes = true;
    if (this.#attempt.attempts === 1) await assertSides(input);
    const pair = await agreePair(input);
    this.#pair = pair;
    const prepared = await input.base.prepare(
      pair.tables.map(({ base }) => base),
      hasAllTables(input) ? "forget" : "keep",
    );
    for (const note of prepared) notes.add(note);
    const names = await input.base.names();
    input.reached?.("reading");
    const plan = await this.#makePlan(pair, names);
    if (plan === null) return this.#result("dry-run");
    if (this.#isStopped()) return this.#finish(this.#result("conflicts"));
    await this.#write("target");
    input.reached?.("first-side-applied");
    await this.#write("source");
    input.reached?.("both-sides-applied");
    return this.#finish(this.#result("synced"));
  }

  close(): void {
    this.#plan?.close();
  }

  /** Rows of the failed attempt that break a constraint of the side which refused them; null when that is not it. */
  async explain(error: unknown): Promise<Violations | null> {
    if (this.#plan === null || this.#pair === null || this.#writing === null) return null;
    if (!isCodedError(error)) return null;
    if (error.code !== "patch.constraint_violated" && error.code !== "reach.refused") return null;
    const side = this.#writing;
    const found = await findViolations({
      input: this.#input,
      pair: this.#pair,
      side,
      operations: this.#plan[side],
    });
    return found.size === 0 ? null : found;
  }

  async #makePlan(pair: AgreedPair, names: ReadonlyMap<string, string>): Promise<CyclePlan | null> {
    const { base, apply, applicationSeed } = this.#input;
    const basePlan = await base.beginPlan();
    try {
      const plan = await planCycle({
        input: this.#input,
        pair,
        names,
        violations: this.#attempt.violations,
        base: basePlan,
      });
      this.#plan = plan;
      if (apply.dryRun) return null;
      if (this.#isStopped()) return plan;
      const sequence = await base.sequence();
      const id = (side: SideName) =>
        plan[side].count === 0 ? null : applicationIdOf(applicationSeed, side, sequence);
      await basePlan.commit({ target: id("target"), source: id("source") });
      return plan;
    } finally {
      await basePlan.discard();
    }
  }

  /** With `all-values` nothing at all is written while something is undecided. */
  #isStopped(): boolean {
    return this.#input.conflicts.detection === "all-values" && (this.#plan?.open.length ?? 0) > 0;
  }

  async #write(side: SideName): Promise<void> {
    const plan = this.#plan;
    const planned = await this.#input.base.unfinished();
    const id = planned?.[side] ?? null;
    if (plan === null || id === null) return;
    this.#writing = side;
    const { outcome, notes, receipt } = await applySide({
      input: this.#input,
      side,
      id,
      operations: plan[side],
    });
    for (const note of notes) this.#attempt.notes.add(note);
    if (outcome === "applied") this.#attempt.ledgerIds[side] = id;
    if (receipt !== null) this.#attempt.receipts.push(receipt);
    const written = this.#attempt.written[side];
    for (const table of plan.tables)
      written.set(table.name, addCounts(written.get(table.name) ?? NO_ROWS, table[side]));
    this.#writing = null;
  }

  async #finish(result: SyncCycleResult): Promise<SyncCycleResult> {
    const { base, finish } = this.#input;
    if (finish === undefined) await base.settle("both");
    else await finish(await base.settleStatements(), result);
    return result;
  }

  #result(outcome: SyncCycleResult["outcome"]): SyncCycleResult {
    const plan = this.#plan;
    if (plan === null) throw new CodedError("internal", "A cycle ended without a plan.");
    const { notes, ledgerIds, receipts, attempts, recovered, written } = this.#attempt;
    const rows = (side: SideName, name: string) => written[side].get(name) ?? NO_ROWS;
    return {
      outcome,
      tables: plan.tables.map((table) =>
        outcome === "dry-run"
          ? table
          : { ...table, target: rows("target", table.name), source: rows("source", table.name) },
      ),
      open: plan.open,
      left: plan.left,
      decided: plan.decided,
      ledgerIds: { ...ledgerIds },
      receipts: [...receipts],
      recovered: recovered.yes,
      attempts,
      notes: [...notes, ...leftOut(plan)],
    };
  }
}

/** Whether a table that takes no part is one that both sides have dropped: one that only one side has ends the cycle. */
function hasAllTables({ diff, apply }: SyncCycleInput): boolean {
  return diff.tablePatterns.length === 0 && !apply.dryRun;
}

function leftOut({ left, open }: CyclePlan): string[] {
  if (left === 0) return [];
  return [
    `${left + open.length} rows are in conflict and held as they are on both sides; the inbox took ${open.length} of them, the others come once these are decided. Give the job a resolution (newest, source or target) to settle them by a rule.`,
  ];
}

const NO_ROWS: SyncSideCounts = { inserted: 0, updated: 0, deleted: 0 };

function addCounts(a: SyncSideCounts, b: SyncSideCounts): SyncSideCounts {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    deleted: a.deleted + b.deleted,
  };
}
