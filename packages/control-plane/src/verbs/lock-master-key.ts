import type { ControlPlane } from "../control-plane.ts";
import { translateDatabaseError } from "../database/translate-database-error.ts";

export interface MasterKeyLock {
  release(): Promise<void>;
}

const MASTER_KEY_LOCK = 0x53594e4b;

/**
 * Held by every process that took its master key from a state folder, for as long as it may seal with it, and alone by who
 * changes that key; null when the others are in the way. It ends with its session, whatever ends that.
 */
export async function lockMasterKey(
  cp: ControlPlane,
  { alone }: { readonly alone: boolean },
): Promise<MasterKeyLock | null> {
  const session = cp.openSession({ onLost: () => {} });
  try {
    const [lock] = alone
      ? await session.sql<
          { taken: boolean }[]
        >`SELECT pg_try_advisory_lock(${MASTER_KEY_LOCK}::bigint) AS taken`
      : await session.sql<
          { taken: boolean }[]
        >`SELECT pg_try_advisory_lock_shared(${MASTER_KEY_LOCK}::bigint) AS taken`;
    if (lock?.taken === true) return { release: () => session.end() };
  } catch (error) {
    await session.end();
    throw translateDatabaseError(error);
  }
  await session.end();
  return null;
}
