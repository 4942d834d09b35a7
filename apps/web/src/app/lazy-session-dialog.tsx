import { lazy, Suspense, useSyncExternalStore } from "react";
import { sessionGate } from "../api/session-gate.ts";

const SessionDialog = lazy(async () => ({ default: (await import("./session-dialog.tsx")).SessionDialog }));

/** Loaded when a session ends for the first time. */
export function LazySessionDialog() {
  const closed = useSyncExternalStore(sessionGate.subscribe, () => sessionGate.isClosed);
  return <Suspense>{closed && <SessionDialog />}</Suspense>;
}
