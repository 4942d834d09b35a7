import { CodedError, createPatchId, type PatchHeader, type PatchOperation } from "@syncline/core";
import type { ApplicationRequest, HighWaterMark, LedgerEntry } from "../../ports/patch-target.ts";
import { findDone, resultOfThen } from "../apply/find-done.ts";
import { attemptApplication } from "../apply/run-application.ts";
import type { ApplyOptions, ApplyResult } from "../apply-contract.ts";
import type { DiffResult } from "../diff-contract.ts";
import type { MoveInput, MoveResult } from "../move-contract.ts";
import { batchOperations } from "./batch-operations.ts";
import { addMoveCounts, NO_MOVE } from "./move-tally.ts";
import { type MoveOperations, openOperations } from "./open-operations.ts";
import { OperationDigest } from "./operation-digest.ts";

/** Ends an attempt whose conflicts nobody decided, before anything is written. */
class StrictConflicts extends Error {}

/** One attempt: compares afresh, decides, stages, writes and commits in one transaction. */
export async function attemptMove(
  input: MoveInput,
  name: Pick<ApplicationRequest, "id" | "named">,
): Promise<MoveResult> {
  const { patchTarget, apply } = input;
  const done = await findDone(patchTarget, { ...name, options: apply });
  if (done !== null) return movedThen(done);
  const source = await openOperations(input);
  try {
    const { labels, tables } = source;
    await input.onAttempt?.({ ...labels, tables: tables.map(({ patchTable }) => patchTable) });
    return await new MoveAttempt(input, name, source).run();
  } finally {
    await source.close();
  }
}

class MoveAttempt {
  readonly #input: MoveInput;
  readonly #name: Pick<ApplicationRequest, "id" | "named">;
  readonly #source: MoveOperations;
  readonly #digest = new OperationDigest();
  #diff: DiffResult | null = null;

  constructor(input: MoveInput, name: Pick<ApplicationRequest, "id" | "named">, source: MoveOperations) {
    this.#input = input;
    this.#name = name;
    this.#source = source;
  }

  async run(): Promise<MoveResult> {
    const { patchTarget: target, ctx } = this.#input;
    try {
      const result = await attemptApplication({
        target,
        request: this.#request(),
        operations: () => this.#operations(),
        ctx,
        beforeWrite: () => this.#settle(),
        commitIdle: this.#marks.length > 0,
        reached: this.#input.reached,
      });
      return this.#result(result);
    } catch (error) {
      if (error instanceof StrictConflicts) return this.#stopped();
      throw error;
    }
  }

  #request() {
    const { ctx } = this.#input;
    const digest = this.#digest;
    return {
      ...this.#name,
      kind: "apply",
      undoes: null,
      partial: false,
      header: this.#header(),
      /** Known when everything is staged; nobody asks earlier. */
      get hash() {
        return digest.hex();
      },
      options: this.#options(),
      actor: ctx.actor,
      signal: ctx.signal,
      move: {
        strategy: this.#input.rules.strategy,
        reason: this.#input.reason ?? null,
        highWater: this.#marks,
        idMap: this.#source.idMap,
      },
    } as const;
  }

  get #marks(): readonly HighWaterMark[] {
    return this.#input.highWater?.(this.#source.tables.map(({ patchTable }) => patchTable)) ?? [];
  }

  #options(): ApplyOptions {
    return { ...this.#input.apply, strategy: "manual", force: null };
  }

  #header(): PatchHeader {
    const { ctx, diff, rules, scope } = this.#input;
    const { labels, versions, tables } = this.#source;
    const now = ctx.now();
    return {
      format: "syncline-patch",
      version: 1,
      id: createPatchId(now, ctx.randomBytes),
      createdAt: now.toISOString(),
      source: { locator: labels.source, ...versionOf(versions.source) },
      target: { locator: labels.target, ...versionOf(versions.target) },
      metadata: {
        createdBy: ctx.actor,
        filter: scope["filter"] ?? null,
        ignoreFields: diff.ignoreFields,
        fields: diff.fields,
        scope: { ...scope, move: rules.strategy },
        complete: true,
        hash: "",
        inverts: null,
      },
      base: null,
      tables: tables.map(({ patchTable }) => patchTable),
    };
  }

  async *#operations(): AsyncGenerator<readonly PatchOperation[]> {
    for await (const batch of batchOperations(this.#source.operations())) {
      this.#digest.add(batch);
      yield batch;
    }
  }

  /** Everything is read: the comparison lets go of its locks, so that the write cannot wait for it. */
  async #settle(): Promise<void> {
    this.#diff = await this.#source.result();
    if (!this.#diff.complete) throw cutShort(this.#diff.stopped);
    await this.#source.close();
    if (this.#input.rules.strict && this.#source.tally.undecided > 0) throw new StrictConflicts();
  }

  #result(result: ApplyResult): MoveResult {
    if (result.outcome === "conflicts") throw drifted(this.#input.patchTarget.label, result.conflictCount);
    const { tally } = this.#source;
    const tables = tally.tables(this.#diff, result.tables);
    return {
      outcome: result.outcome,
      ledgerId: result.ledgerId,
      receipt: result.receipt,
      counts: tables.reduce(addMoveCounts, NO_MOVE),
      tables,
      undecided: tally.undecided,
      notes: result.notes,
    };
  }

  #stopped(): MoveResult {
    const { tally } = this.#source;
    const tables = tally.tables(this.#diff, null);
    const counts = tables.reduce(addMoveCounts, NO_MOVE);
    return {
      outcome: "conflicts",
      ledgerId: null,
      receipt: null,
      counts,
      tables,
      undecided: tally.undecided,
      notes: [],
    };
  }
}

/** What the same move wrote when it was made. What it left alone is not in the ledger. */
function movedThen(entry: LedgerEntry): MoveResult {
  const { ledgerId, receipt, notes } = resultOfThen(entry);
  const tables = entry.tables.map(({ name, inserted, updated, deleted, skipped }) => ({
    ...NO_MOVE,
    name,
    inserted,
    updated,
    deleted,
    skipped,
  }));
  const counts = tables.reduce(addMoveCounts, NO_MOVE);
  return { outcome: "already-applied", ledgerId, receipt, counts, tables, undecided: 0, notes };
}

function versionOf(version: string | null): { readonly version?: string } {
  return version === null ? {} : { version };
}

function cutShort(limit: string | null): CodedError {
  const message = `The comparison was cut short by ${limit ?? "a limit"}, so nothing was written.`;
  return new CodedError("limit.exceeded", message, {
    hint: "Raise the limit when so many differences are expected.",
  });
}

/** Somebody changed rows between the comparison and the write: a fresh comparison sees them. */
function drifted(label: string, rows: number): CodedError {
  return new CodedError(
    "patch.precondition_failed",
    `${rows} row${rows === 1 ? "" : "s"} of "${label}" changed while they were compared; nothing was written.`,
    { hint: "Run it again when fewer people write there.", retryable: true, details: { rows } },
  );
}
