import type { RemoteSyncline } from "@syncline/api/remote";
import type { RemotePlace } from "../place.ts";

/** Another Syncline server; connects with each call. The client is loaded only by who needs it. */
export async function connectRemote({
  server: { url, apiKey },
  fetch,
}: Pick<RemotePlace, "server" | "fetch">): Promise<RemoteSyncline> {
  const { openRemote } = await import("@syncline/api/remote");
  return openRemote({ url, apiKey, ...(fetch === undefined ? {} : { fetch }) });
}
