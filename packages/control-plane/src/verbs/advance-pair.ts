import { CodedError } from "@syncline/core";
import { eq, sql } from "drizzle-orm";
import { now } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import { asLogin, joining, transact } from "../database/transact.ts";
import { sqlStateOf } from "../database/translate-database-error.ts";
import { pairs } from "../schema/index.ts";
import { type FinishInput, type FinishResult, finishUnit } from "./finish-unit.ts";
import { type RecordConflictsInput, recordConflicts } from "./record-conflicts.ts";

export interface AdvancePairInput {
  readonly pairId: string;
  /** What makes the cycle's rows the base; from the base's own store. */
  readonly statements: readonly string[];
  readonly conflicts: RecordConflictsInput;
  readonly finish: FinishInput;
}

/** Raised by the statements when another worker has taken the pair over. */
const TAKEN_OVER = "SL001";

/**
 * Ends a cycle: base, pair, conflicts, unit and run in one transaction. Refused, with nothing changed, when the unit is
 * somebody else's by now.
 * @throws CodedError `target.locked` when the base was taken over
 */
export async function advancePair(cp: ControlPlane, input: AdvancePairInput): Promise<FinishResult> {
  try {
    return await transact(cp, input.conflicts.organizationId, async (change) => {
      // The base first: it may take long, and until the unit's row is touched its lease can be renewed.
      await asLogin(change, async () => {
        for (const statement of input.statements)
          await change.tx.execute(sql.raw(statement)).catch((error: unknown) => {
            throw sqlStateOf(error) === TAKEN_OVER ? takenOver() : error;
          });
      });
      await change.tx
        .update(pairs)
        .set({ cycle: sql`${pairs.cycle} + 1`, advancedAt: now })
        .where(eq(pairs.id, input.pairId));
      const joined = joining(cp, change);
      await recordConflicts(joined, input.conflicts);
      const finished = await finishUnit(joined, input.finish);
      if (finished.kind === "refused") throw new Refused();
      return finished;
    });
  } catch (error) {
    if (error instanceof Refused) return { kind: "refused" };
    throw error;
  }
}

function takenOver(): CodedError {
  return new CodedError("target.locked", "The base was taken over by another worker.", {
    hint: "Another worker continues this job; nothing is to be done here.",
  });
}

/** Rolls the transaction back. */
class Refused extends Error {}
