import { CodedError } from "@syncline/core";
import type { ApplyOptions } from "../apply-contract.ts";

/** `--force` overwrites what stands in the way, and leaves a reason behind for whoever reads the log. */
export function checkOptions(options: ApplyOptions): ApplyOptions {
  if (options.force === null) return options;
  if (options.force.reason.trim() === "") {
    throw new CodedError("usage.invalid", "Forcing a patch needs a reason; found an empty one.", {
      hint: "Say why with --reason; it is kept in the target's log.",
    });
  }
  return options.strategy === "manual" ? { ...options, strategy: "theirs" } : options;
}
