import { type ControlPlane, endSilentSessions } from "@syncline/control-plane";
import { PollingService } from "../polling-service.ts";
import type { ServiceLog } from "../service.ts";

const LOOK_MS = 2_000;

/** Frees what stands behind a replica that stopped in the middle of a transaction; apart from who may wait for it. */
export function createSessionGuard(controlPlane: ControlPlane, log: ServiceLog): PollingService {
  return new PollingService({
    name: "session guard",
    intervalMs: LOOK_MS,
    tick: async () => {
      const ended = await endSilentSessions(controlPlane);
      if (ended > 0)
        log("warn", "sessions that stood still in a transaction were ended", { sessions: ended });
    },
  });
}
