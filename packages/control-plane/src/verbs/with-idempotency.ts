import { CodedError } from "@syncline/core";
import { and, eq } from "drizzle-orm";
import type { Call, ControlPlane } from "../control-plane.ts";
import { joining, transact } from "../database/transact.ts";
import { idempotencyKeys } from "../schema/index.ts";

export interface IdempotencyInput {
  /** The caller's name for the request. */
  readonly key: string;
  /** Of method, path, actor and body. */
  readonly requestDigest: string;
}

/** What was answered, as it can be answered again. */
export interface Answer {
  readonly status: number;
  /** JSON. */
  readonly response: unknown;
}

const MAX_KEY = 255;

/**
 * Answers a request once: `body` runs in the transaction that remembers its answer, with a control plane whose verbs
 * join it. A repeated request gets the first one's answer; it waits for one that is still being worked on.
 * @throws CodedError `idempotency.mismatch` when the key was used for another request, `request.invalid`
 */
export async function withIdempotency(
  cp: ControlPlane,
  call: Call,
  { key, requestDigest }: IdempotencyInput,
  body: (joined: ControlPlane) => Promise<Answer>,
): Promise<Answer & { readonly replayed: boolean }> {
  if (key.length === 0 || key.length > MAX_KEY)
    throw new CodedError(
      "request.invalid",
      `The idempotency key has ${key.length} characters; expected 1 to ${MAX_KEY}.`,
    );
  const { organizationId } = call.scope;
  return transact(cp, async (change) => {
    const mine = await change.tx
      .insert(idempotencyKeys)
      .values({ organizationId, key, requestDigest })
      .onConflictDoNothing()
      .returning({ key: idempotencyKeys.key });
    const place = and(eq(idempotencyKeys.organizationId, organizationId), eq(idempotencyKeys.key, key));
    if (mine.length === 0) {
      const [first] = await change.tx.select().from(idempotencyKeys).where(place);
      if (first?.requestDigest !== requestDigest)
        throw new CodedError(
          "idempotency.mismatch",
          `The idempotency key "${key}" was used for another request.`,
          {
            hint: "Use a new key for each request.",
          },
        );
      if (first.status === null)
        throw new CodedError("idempotency.busy", "The first request is still running.", { retryable: true });
      return { status: first.status, response: first.response, replayed: true };
    }
    const { status, response } = await body(joining(cp, change));
    await change.tx.update(idempotencyKeys).set({ status, response }).where(place);
    return { status, response, replayed: false };
  });
}
