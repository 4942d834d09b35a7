import type { RemoteWish } from "@syncline/api/remote";
import { CodedError } from "@syncline/core";
import { isRemote, type RemotePlace, resolveRemote } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";
import type { ApplyWish } from "./apply-wish.ts";
import { assertConsent, assertThawed } from "./assert-consent.ts";
import type { WantedTarget } from "./with-write-target.ts";

/**
 * A target that another Syncline server writes to; null for a database. That server has the last word: what it protects
 * wants its own confirmation.
 * @throws CodedError `config.*`, what `confirmWrite` throws
 */
export async function remoteWriteTarget(
  setting: OperationSetting,
  { target, action, dryRun, consent }: WantedTarget,
): Promise<RemotePlace | null> {
  const { workspace, context, confirmWrite } = setting;
  if (!isRemote(workspace, target)) return null;
  const place = await resolveRemote(workspace, target, context.signal);
  if (place === null) return null;
  const { label, server } = place;
  if (consent === undefined) await assertConsent(setting, place, { action, dryRun, patch: null });
  else await assertThawed(setting, place);
  await confirmWrite({
    action,
    target: {
      label,
      server: server.name,
      protection: "open",
      confirmationName: server.name,
      unresolvedServers: [],
      environment: place.environment,
    },
    dryRun,
  });
  return place;
}

/** @throws CodedError `usage.invalid` for what another server does not do for us */
export function remoteWish(
  { label, locator }: RemotePlace,
  { force, allowDdl, ...wish }: ApplyWish,
  confirm: string | null,
): RemoteWish {
  if (force !== null) throw notThere(label, "--force");
  if (allowDdl) throw notThere(label, "--allow-ddl");
  return { ...wish, target: locator, confirm };
}

export function notThere(label: string, option: string): CodedError {
  return new CodedError(
    "usage.invalid",
    `${option} does not reach "${label}", a place of another Syncline server.`,
    {
      hint: "Leave it out, or run the command where the database can be reached.",
    },
  );
}
