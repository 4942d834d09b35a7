import { CodedError } from "@syncline/core";
import { and, eq, sql } from "drizzle-orm";
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
/** First half of the advisory locks of requests under a key. */
const KEY_LOCK = 0x53594e49;

/** Answers may hold a secret that is shown once. */
const bindingOf = (organizationId: string, key: string) =>
  ({ purpose: "idempotency.response", organizationId, rowId: key }) as const;

/**
 * Answers a request once, by the project's keys: `body` runs in the transaction that remembers its answer, with a control plane whose verbs
 * join it. A repeated request gets the first one's answer.
 * @throws CodedError `idempotency.mismatch` when the key was used for another request, `idempotency.busy` (retryable)
 * while the first one is still being worked on, `request.invalid`
 */
export async function withIdempotency(
  cp: ControlPlane,
  call: Call,
  { key: given, requestDigest }: IdempotencyInput,
  body: (joined: ControlPlane) => Promise<Answer>,
): Promise<Answer & { readonly replayed: boolean }> {
  if (given.length === 0 || given.length > MAX_KEY)
    throw new CodedError(
      "request.invalid",
      `The idempotency key has ${given.length} characters; expected 1 to ${MAX_KEY}.`,
    );
  const { organizationId, projectId } = call.scope;
  const key = `${projectId} ${given}`;
  const binding = bindingOf(organizationId, key);
  return transact(cp, organizationId, async (change) => {
    // Whoever waited here would hold a connection that the first request may need.
    const [lock] = await change.tx.execute<{ taken: boolean }>(
      sql`SELECT pg_try_advisory_xact_lock(${KEY_LOCK}::int, hashtext(${`${organizationId} ${key}`})) AS taken`,
    );
    if (lock?.taken !== true) throw busy();
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
          `The idempotency key "${given}" was used for another request.`,
          {
            hint: "Use a new key for each request.",
          },
        );
      if (first.status === null) throw busy();
      const { status, response: kept } = first;
      const response = typeof kept === "string" ? JSON.parse(cp.sealer.open(kept, binding)) : kept;
      return { status, response, replayed: true };
    }
    const { status, response } = await body(joining(cp, change));
    const kept = response == null ? null : cp.sealer.seal(JSON.stringify(response), binding);
    await change.tx.update(idempotencyKeys).set({ status, response: kept }).where(place);
    return { status, response, replayed: false };
  });
}

function busy(): CodedError {
  return new CodedError("idempotency.busy", "The first request under this key is still being worked on.", {
    retryable: true,
    hint: "Send it again in a moment.",
  });
}
