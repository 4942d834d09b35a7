import type { PatchTarget } from "@syncline/engine";
import { openTarget } from "../../endpoint-registry.ts";
import { type Place, resolvePlace } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";

export interface WantedTarget {
  /** Locator, as it was typed. */
  readonly target: string;
  /** What is about to be done: `apply`, `undo`. */
  readonly action: string;
  readonly dryRun: boolean;
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
  { target: locator, action, dryRun }: WantedTarget,
  use: (opened: OpenedTarget) => Promise<Result>,
): Promise<Result> {
  const { workspace, context } = setting;
  const place = await resolvePlace(workspace, locator, context.signal);
  await setting.confirmWrite({ action, target: place, dryRun });
  const target = await openTarget(place, context.signal);
  try {
    return await use({ place, target });
  } finally {
    await target.close();
  }
}
