import { randomBytes } from "node:crypto";
import { and, eq } from "drizzle-orm";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import type { Transaction } from "../database/open-database.ts";
import { transact } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import type { ApiKeyRecord } from "../records.ts";
import { apiKeys, projects } from "../schema/index.ts";
import { KEY_PURPOSE, withoutDigest } from "../sealing/api-key-record.ts";
import { newSecret } from "../sealing/credentials.ts";

export interface NewApiKey {
  readonly name: string;
  /** `resource:action`, or `*`. */
  readonly scopes: readonly string[];
  readonly expiresAt?: Date | null;
  /** Null: all projects. */
  readonly projectId?: string | null;
  /** The person it stands for. */
  readonly userId?: string | null;
}

export interface IssuedKey {
  readonly key: ApiKeyRecord;
  /** Shown this once; only its digest is kept. */
  readonly token: string;
}

const PUBLIC_ID_BYTES = 9;

/** @throws CodedError `resource.not_found` for a project of somebody else */
/** @throws CodedError `resource.not_found` for a project of somebody else */
export async function createApiKey(cp: ControlPlane, call: Call, input: NewApiKey): Promise<IssuedKey> {
  return transact(cp, call.scope.organizationId, async (change) => {
    if (input.projectId != null) await assertProject(change.tx, { call, projectId: input.projectId });
    return issueKey(cp, change, { call, input, rotates: null, action: "api_key.create" });
  });
}

async function assertProject(
  tx: Transaction,
  { call, projectId }: { call: Call; projectId: string },
): Promise<void> {
  assertId("project", projectId);
  const mine = and(eq(projects.id, projectId), eq(projects.organizationId, call.scope.organizationId));
  const [project] = await tx.select({ id: projects.id }).from(projects).where(mine);
  found(project, "project", projectId);
}
export async function issueKey(
  cp: ControlPlane,
  change: Change,
  { call, input, rotates, action }: { call: Call; input: NewApiKey; rotates: string | null; action: string },
): Promise<IssuedKey> {
  // Letters and digits only, so that the parts of a key are told apart by their underscores.
  const publicId = randomBytes(PUBLIC_ID_BYTES).toString("hex");
  const secret = newSecret();
  const { organizationId } = call.scope;
  const [row] = await change.tx
    .insert(apiKeys)
    .values({
      organizationId,
      projectId: input.projectId ?? null,
      publicId,
      name: input.name,
      digest: cp.credentials.digest(KEY_PURPOSE, `${publicId}:${secret}`),
      scopes: [...input.scopes],
      rotates,
      userId: input.userId ?? null,
      createdBy: call.actor,
      expiresAt: input.expiresAt ?? null,
    })
    .returning();
  if (row === undefined) throw new Error("an inserted key was not returned");
  change.audit(call, {
    action,
    subjectKind: "api_key",
    subjectId: row.id,
    detail: { name: input.name, publicId, scopes: input.scopes, rotates },
  });
  const { id: keyId, name, projectId } = row;
  const payload = { keyId, name, ...(projectId === null ? {} : { projectId }) };
  change.emit({ organizationId, type: "api_key.created", payload });
  return { key: withoutDigest(row), token: `slk_${publicId}_${secret}` };
}
