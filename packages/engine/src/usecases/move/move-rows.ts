import { isCodedError } from "@syncline/core";
import { nameApplication } from "../apply/application-id.ts";
import { withRetry } from "../apply/with-retry.ts";
import type { MoveInput, MoveResult } from "../move-contract.ts";
import { assertMovable } from "./assert-movable.ts";
import { explainViolation } from "./explain-violation.ts";
import { attemptMove } from "./move-attempt.ts";

/**
 * Makes rows of the target follow the source under the rules, in one transaction: all of it or nothing. Nothing lies on
 * local disk; what undoes it is kept in the target under the returned ledger id. Conflicts are a result, not an error.
 * @throws CodedError when it cannot be done at all; nothing was written then
 */
export async function moveRows(input: MoveInput): Promise<MoveResult> {
  assertMovable(input);
  const name = nameApplication(input.ctx, input.applicationId);
  try {
    return await withRetry(input.ctx, () => attemptMove(input, name));
  } catch (error) {
    throw isCodedError(error) ? explainViolation(error, input) : error;
  }
}
