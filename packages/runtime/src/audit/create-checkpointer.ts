import {
  auditedOrganizations,
  type ControlPlane,
  logsToCheckpoint,
  readCheckpoints,
  writeCheckpoint,
} from "@syncline/control-plane";
import type { ObjectStore } from "@syncline/engine";
import { PollingService } from "../services/polling-service.ts";
import type { ServiceLog } from "../services/service.ts";
import { CheckpointStore } from "./checkpoint-store.ts";

export interface CheckpointerOptions {
  readonly controlPlane: ControlPlane;
  readonly objectStore: ObjectStore;
  /** Whether this process does the duty now. Several may at once. */
  readonly onDuty: () => boolean;
  readonly log: ServiceLog;
  readonly intervalMs?: number;
  /** A log with new entries gets a checkpoint when its last one is as old, … */
  readonly ageMs?: number;
  /** … or when as many entries are new. */
  readonly entries?: number;
}

const INTERVAL_MS = 5_000;
const AGE_MS = 5 * 60_000;
const ENTRIES = 1_000;
const COPIES_A_TIME = 200;

/** Signs how long each audit log is and how it ends, and keeps a copy beside the database. */
export function createCheckpointer(options: CheckpointerOptions): PollingService {
  const { controlPlane, onDuty, log } = options;
  const store = new CheckpointStore(options.objectStore);
  /** Place of the last checkpoint whose copy lies in the store. */
  const copied = new Map<string, number>();
  return new PollingService({
    name: "audit-checkpoints",
    intervalMs: options.intervalMs ?? INTERVAL_MS,
    tick: async (signal) => {
      if (!onDuty()) return copied.clear();
      const { entries = ENTRIES, ageMs = AGE_MS } = options;
      for (const organization of await logsToCheckpoint(controlPlane, { entries, ageMs })) {
        const written = await writeCheckpoint(controlPlane, organization);
        if (written !== null) log("info", "audit checkpoint", { organization, entries: written.seq });
      }
      for (const organization of await auditedOrganizations(controlPlane)) {
        if (signal.aborted) return;
        const from = copied.get(organization) ?? (await lastOf(store.places(organization)));
        copied.set(organization, await copyFrom(from, { controlPlane, store, organization }));
      }
    },
  });
}

interface Copying {
  readonly controlPlane: ControlPlane;
  readonly store: CheckpointStore;
  readonly organization: string;
}

async function copyFrom(from: number, { controlPlane, store, organization }: Copying): Promise<number> {
  let last = from;
  const rows = await readCheckpoints(
    controlPlane,
    { organizationId: organization },
    { after: from, upTo: Number.MAX_SAFE_INTEGER, limit: COPIES_A_TIME },
  );
  for (const checkpoint of rows) {
    await store.put(organization, checkpoint.seq, checkpoint);
    last = checkpoint.seq;
  }
  return last;
}

async function lastOf(places: AsyncIterable<number>): Promise<number> {
  let last = 0;
  for await (const place of places) last = place;
  return last;
}
