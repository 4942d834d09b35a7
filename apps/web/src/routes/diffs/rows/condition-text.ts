import type { ChangeFilter } from "../change-filter.ts";

type Condition = NonNullable<ChangeFilter["values"]>[number];

const SIDES = { old: "old ", new: "new ", either: "" } as const;

/** `old status = "paid"`, `note contains "x"`, `new email is NULL`. */
export function conditionText({ column, side, test, value }: Condition): string {
  const subject = `${SIDES[side]}${column}`;
  if (value === null) return `${subject} is NULL`;
  return test === "equals"
    ? `${subject} = ${JSON.stringify(value)}`
    : `${subject} contains ${JSON.stringify(value)}`;
}
