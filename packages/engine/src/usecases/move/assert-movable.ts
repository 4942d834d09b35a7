import { CodedError } from "@syncline/core";
import type { MoveInput } from "../move-contract.ts";

/** Refuses what contradicts itself, before anything is connected. */
export function assertMovable({ rules, openBase }: MoveInput): void {
  if (rules.strategy === "three-way" && openBase === null) {
    throw new CodedError("usage.invalid", "The strategy three-way needs a common ancestor to compare with.", {
      hint: "Name it with --base, or use merge or timestamp.",
    });
  }
}
