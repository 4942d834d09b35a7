import { CodedError } from "@syncline/core";
import type { ApplyWish } from "@syncline/runtime/operations";
import type { WriteOptions } from "../patch.ts";

/** What the use case wants, from what was typed. `interactive` is `manual` whose conflicts are then asked about. */
export function applyOptions(options: WriteOptions): ApplyWish {
  if (options.force !== true && options.reason !== undefined) {
    throw new CodedError("usage.invalid", "--reason is only of use together with --force.", {
      hint: "Add --force, or leave --reason out.",
    });
  }
  if (options.force === true && options.reason === undefined) {
    throw new CodedError("usage.invalid", "--force needs a reason.", {
      hint: 'Add --reason "why"; it is kept in the target\'s log.',
    });
  }
  if (options.conflicts !== undefined && options.strategy !== "manual") {
    throw new CodedError(
      "usage.invalid",
      `--conflicts is for the strategy manual, found ${options.strategy}.`,
      { hint: "Leave one of the two out." },
    );
  }
  return {
    strategy: options.strategy === "interactive" ? "manual" : options.strategy,
    dryRun: options.dryRun === true,
    force: options.force === true ? { reason: options.reason ?? "" } : null,
    triggers: options.triggers,
    includeCascades: options.includeCascades === true,
    allowDdl: options.allowDdl === true,
    lockTimeoutMs: options.lockTimeout,
  };
}
