import { Session } from "node:inspector/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { getHeapSnapshot } from "node:v8";
import { CodedError } from "@syncline/core";

export interface WantedProfile {
  readonly kind: "cpu" | "heap";
  readonly seconds: number;
}

let busy = false;

/** A CPU profile over some seconds, or a heap snapshot; one at a time. A heap snapshot holds what is in memory: secrets too. */
export async function takeProfile(
  { kind, seconds }: WantedProfile,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  if (busy) throw new CodedError("resource.exists", "A profile is being taken already.", { retryable: true });
  busy = true;
  try {
    return kind === "heap" ? heapSnapshot() : await cpuProfile(seconds, signal);
  } finally {
    busy = false;
  }
}

function heapSnapshot(): ReadableStream<Uint8Array> {
  return ReadableStream.from(getHeapSnapshot() as AsyncIterable<Uint8Array>);
}

async function cpuProfile(seconds: number, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.start");
    await sleep(seconds * 1000, undefined, { signal }).catch(() => {});
    const { profile } = await session.post("Profiler.stop");
    return new Blob([JSON.stringify(profile)]).stream();
  } finally {
    session.disconnect();
  }
}
