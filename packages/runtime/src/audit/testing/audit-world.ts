import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Call,
  type CheckpointRecord,
  type ControlPlane,
  createOrganization,
  MasterKey,
  openControlPlane,
  recordAccess,
  rotateAuditKey,
  writeCheckpoint,
} from "@syncline/control-plane";
import type { AuditReport, SignedCheckpoint } from "@syncline/core";
import type { ObjectStore } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { openObjectStore } from "../../results/open-object-store.ts";
import { CheckpointStore } from "../checkpoint-store.ts";
import { verifyAudit } from "../verify-audit.ts";

export interface AuditWorld {
  readonly cp: ControlPlane;
  readonly database: TestDatabase;
  readonly objects: ObjectStore;
  /** Whose log is verified. */
  readonly ours: Call;
  readonly theirs: Call;
  /** Of our log, oldest first. */
  readonly checkpoints: readonly CheckpointRecord[];
  write(call: Call, count: number): Promise<void>;
  /** Writes a checkpoint and its copy. */
  checkpoint(call: Call): Promise<CheckpointRecord | null>;
  verify(held: readonly SignedCheckpoint[], signers?: readonly string[]): Promise<AuditReport>;
  close(): Promise<void>;
}

const ACTIONS = ["job.create", "job.update", "run.cancel", "server.update", "patch.read_changes"];

/** Two organizations with audit logs, checkpoints and their copies. */
export async function openAuditWorld(label: string): Promise<AuditWorld> {
  const database = await createTestDatabase(label);
  const cp = await openControlPlane({
    url: database.url,
    masterKey: new MasterKey(randomBytes(32)),
    applicationName: "syncline-test",
  });
  const folder = await mkdtemp(join(tmpdir(), "syncline-audit-"));
  const objects = await openObjectStore({ kind: "disk", folder });
  const store = new CheckpointStore(objects);
  const checkpoints: CheckpointRecord[] = [];
  const ours = { scope: cp.defaultScope, actor: "key:ours", requestId: "r-1" };
  const theirs = {
    scope: await createOrganization(cp, { slug: "theirs", actor: "key:theirs" }),
    actor: "key:theirs",
  };
  const write = async (call: Call, count: number) => {
    for (let n = 0; n < count; n += 1)
      await recordAccess(cp, n % 3 === 0 ? { ...call, userId: crypto.randomUUID() } : call, {
        action: ACTIONS[n % ACTIONS.length] ?? "",
        subjectKind: "job",
        subjectId: n % 4 === 0 ? null : `subject-${n}`,
        detail: { name: `n${n}`, größe: n * 1.5, list: [n, null, "☃"] },
      });
  };
  const checkpoint = async (call: Call) => {
    const written = await writeCheckpoint(cp, call.scope.organizationId);
    if (written !== null) await store.put(call.scope.organizationId, written.seq, written);
    if (written !== null && call === ours) checkpoints.push(written);
    return written;
  };
  for (const [at, count] of [12, 9, 14, 10].entries()) {
    await write(ours, count);
    await write(theirs, 6);
    await checkpoint(ours);
    await checkpoint(theirs);
    if (at === 1) await rotateAuditKey(cp, ours);
  }
  return {
    cp,
    database,
    objects,
    ours,
    theirs,
    checkpoints,
    write,
    checkpoint,
    verify: (held, signers = []) =>
      verifyAudit({
        controlPlane: cp,
        objectStore: objects,
        organizationId: ours.scope.organizationId,
        held,
        signers,
      }),
    close: async () => {
      await cp.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
