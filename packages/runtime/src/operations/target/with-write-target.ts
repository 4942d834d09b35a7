import type { PatchTarget } from "@syncline/engine";
import { openTarget } from "../../endpoint-registry.ts";
import { type Place, resolvePlace } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";
import { agreeToWrite, assertThawed } from "./assert-consent.ts";

export interface WantedTarget {
  /** Locator, as it was typed. */
  readonly target: string;
  /** What is about to be done: `apply`, `undo`. */
  readonly action: string;
  readonly dryRun: boolean;
  /** `asked-later`: whoever applies a patch asks `assertConsent` for it when it is known. */
  readonly consent?: "asked-later";
}

export interface OpenedTarget {
  readonly place: Place;
  readonly target: PatchTarget;
}

/**
 * Opens a target that is about to be written, runs `use` with it and closes it in any case. Whoever has to agree is
 * asked when the place is known but not yet connected.
 * @throws CodedError what `confirmWrite` throws, before anything is connected
 */
export async function withWriteTarget<Result>(
  setting: OperationSetting,
  { target: locator, action, dryRun, consent }: WantedTarget,
  use: (opened: OpenedTarget) => Promise<Result>,
): Promise<Result> {
  const { workspace, context } = setting;
  const place = await resolvePlace(workspace, locator, context.signal);
  if (consent === undefined) await agreeToWrite(setting, { action, target: place, dryRun });
  else {
    await assertThawed(setting, place);
    await setting.confirmWrite({ action, target: place, dryRun });
  }
  const target = await openTarget(place, context.signal);
  try {
    return await use({ place, target });
  } finally {
    await target.close();
  }
}
