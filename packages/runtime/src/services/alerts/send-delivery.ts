import type { ClaimedDelivery, RecordDeliveryInput } from "@syncline/control-plane";
import { isCodedError } from "@syncline/core";
import type { Egress } from "../../egress/index.ts";
import { MOST_TRIES, pauseAfter } from "./delivery-pauses.ts";
import { signedHeaders } from "./sign-message.ts";

export interface SendOptions {
  readonly egress: Pick<Egress, "post">;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly random?: () => number;
}

type Outcome = RecordDeliveryInput["outcome"];

const MOST_ANSWER_BYTES = 16 * 1024;
const GONE = 410;
const MOST_ERROR = 300;

/** One try. The same delivery has the same `webhook-id` in every try, so that receivers can drop repeats. */
export async function sendDelivery(
  { delivery, url, secret }: ClaimedDelivery,
  { egress, userAgent, timeoutMs, signal, random = Math.random }: SendOptions,
): Promise<Outcome> {
  const { id, tries, payload } = delivery;
  const failed = (status: number | null, error: string, nextInMs: number | null): Outcome => ({
    kind: "failed",
    status,
    error: error.slice(0, MOST_ERROR),
    nextInMs,
  });
  // A sender that died with the last try in its hands: whether it arrived is not known.
  if (tries > MOST_TRIES) return failed(null, `Given up after ${MOST_TRIES} tries.`, null);
  try {
    const body = JSON.stringify(payload);
    const { status, headers } = await egress.post({
      url,
      headers: {
        "content-type": "application/json",
        "user-agent": userAgent,
        ...signedHeaders({ id, at: new Date(), body, secret }),
      },
      body: Buffer.from(body),
      timeoutMs,
      maxAnswerBytes: MOST_ANSWER_BYTES,
      signal,
    });
    if (status >= 200 && status < 300) return { kind: "delivered", status };
    if (status === GONE) return failed(status, "The receiver says that it is gone for good.", null);
    const askedForMs = retryAfterMs(headers["retry-after"]);
    return failed(status, `The receiver answered ${status}.`, pauseAfter(tries, { random, askedForMs }));
  } catch (error) {
    // Who is told to stop gives the message back at once.
    if (signal.aborted) return failed(null, "The sender was stopped; it is sent again.", 0);
    if (!isCodedError(error)) throw error;
    const hopeless = error.code === "egress.refused" || error.code === "config.invalid";
    return failed(null, error.message, hopeless ? null : pauseAfter(tries, { random }));
  }
}

function retryAfterMs(value: string | undefined): number {
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) * 1_000 : 0;
}
