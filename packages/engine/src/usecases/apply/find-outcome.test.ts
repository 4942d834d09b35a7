import { CodedError } from "@syncline/core";
import { expect, it } from "vitest";
import type { ApplicationRequest } from "../../ports/patch-target.ts";
import { findOutcome } from "./find-outcome.ts";

const request = {} as ApplicationRequest;
const gone = new CodedError("connection.refused", "gone", { retryable: true });

function context({ stepMs = 0, aborted = false } = {}) {
  const controller = new AbortController();
  if (aborted) controller.abort();
  const warnings: string[] = [];
  let at = 0;
  const now = () => {
    at += stepMs;
    return new Date(at);
  };
  return { signal: controller.signal, now, warn: (message: string) => void warnings.push(message), warnings };
}

/** Fails `failures` times, then answers. */
function targetThat(failures: number, error: unknown = gone) {
  let left = failures;
  return {
    label: "there",
    wasCommitted: async () => {
      left -= 1;
      if (left >= 0) throw error;
      return true;
    },
  };
}

it("asks again while the target cannot be reached, and says so once", async () => {
  const ctx = context();
  expect(await findOutcome(targetThat(2), request, ctx)).toBe(true);
  expect(ctx.warnings).toHaveLength(1);
});

it("gives up as unknown, which nobody retries", async () => {
  const unknown = { code: "patch.outcome_unknown", retryable: false };
  await expect(findOutcome(targetThat(9), request, context({ stepMs: 15_000 }))).rejects.toMatchObject(
    unknown,
  );
  await expect(findOutcome(targetThat(9), request, context({ aborted: true }))).rejects.toMatchObject(
    unknown,
  );
  await expect(findOutcome(targetThat(1, new Error("other")), request, context())).rejects.toMatchObject(
    unknown,
  );
});
