import { CodedError } from "@syncline/core";
import type { Endpoint, PatchTarget } from "@syncline/engine";
import type { Place } from "./place.ts";

export async function openEndpoint(_place: Place, _signal: AbortSignal): Promise<Endpoint> {
  throw new CodedError("internal", "not yet");
}

export async function openTarget(_place: Place, _signal: AbortSignal): Promise<PatchTarget> {
  throw new CodedError("internal", "not yet");
}
