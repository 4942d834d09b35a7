import { join } from "node:path";
import { MasterKey, openControlPlane } from "@syncline/control-plane";
import { openDiskObjectStore } from "@syncline/snapshot-store/objects";
import { openResultStore } from "../../results/index.ts";
import { openWorkspace } from "../../workspace.ts";
import { createRunServices } from "../create-run-services.ts";
import type { ReachedPoint } from "../kill-points.ts";
import { runServices } from "../run-services.ts";
import type { ServiceLog } from "../service.ts";

/** What a replica of a test is made of; JSON, so that a process can be given it. */
export interface ReplicaInput {
  readonly controlUrl: string;
  /** Base64. */
  readonly masterKey: string;
  /** With syncline.yaml, results and dumps. */
  readonly folder: string;
  readonly name: string;
  readonly units?: number;
  readonly leader?: boolean;
  readonly graceMs?: number;
  readonly leaseMs?: number;
}

/** Runs the services until the signal; resolves when they have ended. */
export async function runReplica(
  input: ReplicaInput,
  { signal, reached, log }: { signal: AbortSignal; reached?: ReachedPoint; log: ServiceLog },
): Promise<{ readonly drained: boolean }> {
  const { controlUrl, folder, name } = input;
  const controlPlane = await openControlPlane({
    url: controlUrl,
    masterKey: new MasterKey(Buffer.from(input.masterKey, "base64")),
    applicationName: `syncline ${name}`,
    maxConnections: 4,
  });
  const objectStore = await openDiskObjectStore({ folder: join(folder, "objects") });
  const results = await openResultStore({ objectStore, cacheFolder: join(folder, `cache-${name}`) });
  const services = createRunServices({
    objectStore,
    results,
    controlPlane,
    databaseUrl: controlUrl,
    name,
    version: "test",
    workspaceOf: () =>
      openWorkspace({ configFile: null, server: null, environment: {}, folder, warn: () => {} }),
    folder,
    dumpFolder: folder,
    limits: () => ({ units: input.units ?? 2, perServer: 64, memoryBytes: 4e9 }),
    log,
    leader: input.leader ?? true,
    ...(input.leaseMs === undefined ? {} : { leaseMs: input.leaseMs }),
    ...(reached === undefined ? {} : { reached }),
  });
  try {
    return await runServices(services, { signal, graceMs: input.graceMs ?? 10_000, log });
  } finally {
    await controlPlane.close();
  }
}
