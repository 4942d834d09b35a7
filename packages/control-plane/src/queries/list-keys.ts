import { and, desc, eq } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { type Page, type PageInput, pageByAge, readAge, readLimit } from "../paging.ts";
import type { ApiKeyRecord } from "../records.ts";
import { apiKeys } from "../schema/index.ts";
import { withoutDigest } from "../sealing/api-key-record.ts";
import { olderThan } from "./by-age.ts";

interface KeysInput extends PageInput {
  /** Only those of one project. */
  readonly projectId?: string;
  /** Only those that stand for one person. */
  readonly userId?: string;
}

/** Keys of the whole organization, newest first, also ended ones. */
export async function listKeys(
  cp: ControlPlane,
  scope: Scope,
  input: KeysInput = {},
): Promise<Page<ApiKeyRecord>> {
  const limit = readLimit(input);
  const position = readAge(input);
  const mine = [
    eq(apiKeys.organizationId, scope.organizationId),
    ...(input.userId === undefined ? [] : [eq(apiKeys.userId, input.userId)]),
    ...(input.projectId === undefined ? [] : [eq(apiKeys.projectId, input.projectId)]),
  ];
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(apiKeys)
      .where(and(...mine, olderThan(apiKeys, position)))
      .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
      .limit(limit + 1),
  );
  return pageByAge(rows.map(withoutDigest), limit);
}

/** @throws CodedError `resource.not_found` */
export async function getKey(
  cp: ControlPlane,
  scope: Scope,
  { keyId }: { readonly keyId: string },
): Promise<ApiKeyRecord> {
  assertId("API key", keyId);
  const [row] = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(apiKeys)
      .where(and(eq(apiKeys.id, keyId), eq(apiKeys.organizationId, scope.organizationId))),
  );
  return withoutDigest(found(row, "API key", keyId));
}
