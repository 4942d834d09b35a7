import { createHash } from "node:crypto";
import { type Call, type ControlPlane, withIdempotency } from "@syncline/control-plane";

interface RepeatableRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Its text, or the digest of its bytes. */
  readonly body: string;
}

interface OnceOptions {
  readonly controlPlane: ControlPlane;
  readonly call: Call;
  readonly key: string;
  readonly status: number;
}

/** Answers a request that may come again: the first answer is kept with the key, in the transaction of what it did. */
export async function answerOnce(
  { controlPlane, call, key, status }: OnceOptions,
  request: RepeatableRequest,
  answer: (joined: ControlPlane) => Promise<unknown>,
): Promise<{ readonly value: unknown; readonly replayed: boolean }> {
  const requestDigest = createHash("sha256")
    .update(JSON.stringify([request.method, request.path, request.query, call.actor, request.body]))
    .digest("hex");
  const { response, replayed } = await withIdempotency(
    controlPlane,
    call,
    { key, requestDigest },
    async (joined) => ({ status, response: await answer(joined) }),
  );
  return { value: response, replayed };
}
