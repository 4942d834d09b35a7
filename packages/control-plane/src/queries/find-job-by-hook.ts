import { and, eq, isNull } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { read, SERVICE } from "../database/transact.ts";
import { HOOK_PURPOSE, HOOK_TOKEN } from "../jobs/hook-token.ts";
import type { Job } from "../records.ts";
import { jobs } from "../schema/index.ts";

/** The enabled job whose incoming webhook has this token: the token alone is the credential. Null when there is none. */
export async function findJobByHook(cp: ControlPlane, token: string): Promise<Job | null> {
  if (!HOOK_TOKEN.test(token)) return null;
  const digest = cp.credentials.digest(HOOK_PURPOSE, token);
  const [job] = await read(cp, SERVICE, (db) =>
    db
      .select()
      .from(jobs)
      .where(and(eq(jobs.hookDigest, digest), eq(jobs.enabled, true), isNull(jobs.deletedAt))),
  );
  return job ?? null;
}
