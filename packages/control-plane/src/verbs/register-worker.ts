import { CodedError } from "@syncline/core";
import { eq } from "drizzle-orm";
import { now } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import { SERVICE, transact } from "../database/transact.ts";
import { found } from "../ids.ts";
import type { Worker } from "../records.ts";
import { workers } from "../schema/index.ts";

export async function registerWorker(
  cp: ControlPlane,
  { name, version }: { readonly name: string; readonly version: string },
): Promise<Worker> {
  return transact(cp, SERVICE, async ({ tx }) => {
    const [worker] = await tx.insert(workers).values({ name, version, rowSecurity: true }).returning();
    return found(worker, "worker", name);
  });
}

/** @throws CodedError `resource.not_found` when the worker was taken for dead: it registers anew */
export async function heartbeatWorker(
  cp: ControlPlane,
  { workerId }: { readonly workerId: string },
): Promise<Worker> {
  return transact(cp, SERVICE, async ({ tx }) => {
    const [worker] = await tx
      .update(workers)
      .set({ heartbeatAt: now })
      .where(eq(workers.id, workerId))
      .returning();
    if (worker === undefined)
      throw new CodedError("resource.not_found", `Worker "${workerId}" is not registered.`, {
        retryable: true,
      });
    return worker;
  });
}

/** From now on it is given nothing. */
export async function drainWorker(
  cp: ControlPlane,
  { workerId }: { readonly workerId: string },
): Promise<void> {
  await transact(cp, SERVICE, async ({ tx }) => {
    await tx.update(workers).set({ draining: true, heartbeatAt: now }).where(eq(workers.id, workerId));
  });
}
