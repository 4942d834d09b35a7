import type { ControlPlane } from "../control-plane.ts";
import { type Forcing, forceRowSecurity } from "../database/force-row-security.ts";
import { translateDatabaseError } from "../database/translate-database-error.ts";

/**
 * Makes row security hold for the owner of the tables too, once no older replica lives that it would blind. Repeated by
 * whoever keeps the control database tidy; it costs one query when there is nothing to do.
 * @throws CodedError `control.unavailable`, `connection.lost`
 */
export async function enforceRowSecurity(cp: ControlPlane): Promise<Forcing> {
  const session = cp.openSession({ onLost: () => {} });
  try {
    return await forceRowSecurity(session.sql);
  } catch (error) {
    throw translateDatabaseError(error);
  } finally {
    await session.end().catch(() => {});
  }
}
