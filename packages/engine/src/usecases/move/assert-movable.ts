import { CodedError } from "@syncline/core";
import type { MoveInput } from "../move-contract.ts";

/** Refuses what contradicts itself, before anything is connected. */
export function assertMovable({ rules, openBase, diff }: MoveInput): void {
  if (rules.strategy === "three-way" && openBase === null) {
    throw new CodedError("usage.invalid", "The strategy three-way needs a common ancestor to compare with.", {
      hint: "Name it with --base, or use merge or timestamp.",
    });
  }
  const ignored = rules.timestampFields.find((field) => diff.ignoreFields.includes(field));
  if (rules.strategy === "timestamp" && ignored !== undefined) {
    throw new CodedError(
      "usage.invalid",
      `The strategy timestamp needs column "${ignored}", which is ignored.`,
      {
        hint: "Do not ignore the timestamp fields, or use merge.",
      },
    );
  }
}
