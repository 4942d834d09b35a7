import { CodedError, isCodedError } from "@syncline/core";
import { nameApplication } from "../apply/application-id.ts";
import { findDone, resultOfThen } from "../apply/find-done.ts";
import { attemptBatch } from "./attempt-batch.ts";
import type { ApplyBatchInput, BatchOperation, BatchResult } from "./batch-contract.ts";
import { operationId } from "./batch-id.ts";
import { addCounts, type Completed, isBadValue, item, NOTHING, problemOf, refused } from "./batch-items.ts";
import { completeBatch, refuseDoubled, rowName } from "./complete-batch.ts";

/** How often rows are looked at again that changed between the look and the write. */
const LOOKS = 3;

/**
 * Does inserts, updates and deletes of single rows, and says of each what became of it.
 * @throws CodedError when nothing can be done at all, such as a target that cannot be reached; nothing was written then
 */
export function applyBatch(input: ApplyBatchInput): Promise<BatchResult> {
  const { id } = nameApplication(input.ctx, input.applicationId);
  return input.atomic ? applyTogether(input, id) : applyEach(input, id);
}

/** One transaction. */
async function applyTogether(input: ApplyBatchInput, id: string): Promise<BatchResult> {
  const then = await doneThen(input, id);
  if (then !== null) return then;
  for (let look = 1; ; look += 1) {
    const result = await badValuesToldIn(input, async () =>
      attemptBatch(input, id, refuseDoubled(await completeBatch(input))),
    );
    if (look >= LOOKS || !mayLookAgain(input, result)) return result;
  }
}

/** What the ledger knows of a batch that was asked for under this name before. It does not tell operations apart. */
async function doneThen(input: ApplyBatchInput, id: string): Promise<BatchResult | null> {
  const named = typeof input.applicationId === "string";
  const entry = await findDone(input.patchTarget, { id, named, options: input.options });
  if (entry === null) return null;
  const { counts, notes, receipt } = resultOfThen(entry);
  const items = input.operations.map(({ key }) => item("already", key.size > 0 ? key : null));
  return {
    outcome: "applied",
    items,
    counts,
    ledgerIds: [entry.id],
    receipts: receipt === null ? [] : [receipt],
    notes,
  };
}

/** Only what somebody said of the old row can contradict the target: else the row is taken as it is by now. */
function mayLookAgain({ operations, options }: ApplyBatchInput, { items }: BatchResult): boolean {
  const conflicts = operations.filter((_, index) => items[index]?.status === "conflict");
  const unsaid = ({ op, old }: BatchOperation) => op !== "insert" && old.size === 0;
  return options.strategy === "manual" && conflicts.length > 0 && conflicts.every(unsaid);
}

/** The server does not say whose value it refuses: of several nobody can be blamed. */
async function badValuesToldIn(
  { operations }: ApplyBatchInput,
  work: () => Promise<BatchResult>,
): Promise<BatchResult> {
  try {
    return await work();
  } catch (error) {
    if (!isBadValue(error)) throw error;
    const told = new CodedError(
      "usage.invalid",
      `A value of the batch is none of its column's type (SQLSTATE ${String(error.details["sqlState"])}); nothing was written.`,
      { hint: "Write values as PostgreSQL prints them." },
    );
    if (operations.length > 1) throw told;
    return refused([{ status: "error", key: null, problem: problemOf(told) }]);
  }
}

/** Each in a transaction of its own, in order; what fails does not keep the others. */
async function applyEach(input: ApplyBatchInput, id: string): Promise<BatchResult> {
  const ahead = await completedAhead(input);
  const touched = new Set<string>();
  const parts: BatchResult[] = [];
  for (const [index, wish] of input.operations.entries()) {
    input.ctx.signal.throwIfAborted();
    const own: ApplyBatchInput = { ...input, operations: [wish] };
    const completed = ahead?.[index] ?? null;
    const name = completed === null ? null : rowName(completed);
    const fresh = completed !== null && (name === null || !touched.has(name));
    try {
      parts.push(await applyOne(own, operationId(id, index), fresh ? completed : null));
    } catch (error) {
      if (!isCodedError(error)) throw error;
      const key = wish.key.size > 0 ? wish.key : null;
      parts.push(refused([{ status: "error", key, problem: problemOf(error) }]));
      if (!endsAll(error)) continue;
      // Whoever asked must hear of what is written already.
      if (!parts.some(({ outcome }) => outcome === "applied")) throw error;
      const rest = input.operations.slice(index + 1);
      parts.push(refused(rest.map(({ key: of }) => item("held", of.size > 0 ? of : null))));
      break;
    }
    if (name !== null) touched.add(name);
  }
  return joined(parts);
}

/** What the next operation would run into as well. */
function endsAll({ code, retryable }: CodedError): boolean {
  return retryable || code === "interrupted" || code.startsWith("connection.") || code.startsWith("target.");
}

/** `completed`: as its row was a moment ago; null has it looked at now. */
async function applyOne(own: ApplyBatchInput, id: string, completed: Completed | null): Promise<BatchResult> {
  const then = await doneThen(own, id);
  if (then !== null) return then;
  const named = { ...own, applicationId: null };
  if (completed === null) return applyTogether(named, id);
  const result = await badValuesToldIn(own, () => attemptBatch(named, id, [completed]));
  return mayLookAgain(own, result) ? applyTogether(named, id) : result;
}

/** All rows at once; null where a value among them is no value, which then is told of the one that has it. */
async function completedAhead(input: ApplyBatchInput): Promise<readonly Completed[] | null> {
  try {
    return await completeBatch(input);
  } catch (error) {
    if (isBadValue(error)) return null;
    throw error;
  }
}

function joined(parts: readonly BatchResult[]): BatchResult {
  const whole = parts.every(({ outcome }) => outcome === "applied");
  const written = parts.filter(({ outcome }) => outcome === "applied").length;
  return {
    outcome: whole ? "applied" : written === 0 ? "refused" : "partial",
    items: parts.flatMap(({ items }) => items),
    counts: parts.map(({ counts }) => counts).reduce(addCounts, NOTHING),
    ledgerIds: parts.flatMap((part) => part.ledgerIds),
    receipts: parts.flatMap((part) => part.receipts),
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
  };
}
