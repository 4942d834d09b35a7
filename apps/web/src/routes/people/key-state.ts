import type { ApiKey } from "./people-query.ts";

/** What a key is at an instant. */
export function keyState(
  { revokedAt, expiresAt }: Pick<ApiKey, "revokedAt" | "expiresAt">,
  now: number,
): "live" | "revoked" | "ended" {
  if (revokedAt !== null && Date.parse(revokedAt) <= now) return "revoked";
  return expiresAt !== null && Date.parse(expiresAt) <= now ? "ended" : "live";
}
