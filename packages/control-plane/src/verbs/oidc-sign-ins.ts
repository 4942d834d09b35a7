import { and, eq, gt, lt, sql } from "drizzle-orm";
import { now, nowPlus } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import { SERVICE, transact } from "../database/transact.ts";
import { oidcSignIns } from "../schema/index.ts";

/** What has to come back with the browser, and what is to be remembered until then. */
export interface PendingSignIn {
  /** As the provider sends it back. */
  readonly state: string;
  /** The cookie of the browser that began. */
  readonly browser: string;
}

export interface RememberedSignIn {
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
  /** Token of the invitation that is accepted so. */
  readonly invitation: string | null;
}

const bindingOf = (state: string) => ({ purpose: "oidc.sign_in", organizationId: "", rowId: state });

/** Remembers a sign-in that begins at the identity provider. */
export async function beginOidcSignIn(
  cp: ControlPlane,
  { state, browser }: PendingSignIn,
  { remembered, lifetimeMs }: { readonly remembered: RememberedSignIn; readonly lifetimeMs: number },
): Promise<void> {
  const digest = cp.credentials.digest("oidc.state", state);
  await transact(cp, SERVICE, async ({ tx }) => {
    await tx.delete(oidcSignIns).where(lt(oidcSignIns.expiresAt, sql`now() - interval '1 hour'`));
    await tx.insert(oidcSignIns).values({
      state: digest,
      browser: cp.credentials.digest("oidc.browser", browser),
      sealed: cp.sealer.seal(JSON.stringify(remembered), bindingOf(digest)),
      expiresAt: nowPlus(lifetimeMs),
    });
  });
}

/** What was remembered, once and for the browser that began; null for a state that is unknown, used, old or another's. */
export async function takeOidcSignIn(
  cp: ControlPlane,
  { state, browser }: PendingSignIn,
): Promise<RememberedSignIn | null> {
  const digest = cp.credentials.digest("oidc.state", state);
  const [row] = await transact(cp, SERVICE, ({ tx }) =>
    tx
      .delete(oidcSignIns)
      .where(
        and(
          eq(oidcSignIns.state, digest),
          eq(oidcSignIns.browser, cp.credentials.digest("oidc.browser", browser)),
          gt(oidcSignIns.expiresAt, now),
        ),
      )
      .returning(),
  );
  if (row === undefined) return null;
  return JSON.parse(cp.sealer.open(row.sealed, bindingOf(digest))) as RememberedSignIn;
}
