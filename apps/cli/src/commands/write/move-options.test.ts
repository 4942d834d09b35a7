import { expect, test } from "vitest";
import { moveRules } from "./move-options.ts";

const MERGE_ONLY = [
  ["--on-conflict base", { onConflict: "base" }],
  ["--merge-by", { onConflict: "manual", mergeBy: "row" }],
  ["--column-group", { onConflict: "manual", columnGroup: [{ name: "users", value: "street,city" }] }],
] as const;

test.each(MERGE_ONLY)("%s is refused where no three sides are merged", (name, options) => {
  for (const strategy of ["replace", "merge", "skip-existing", "timestamp"] as const)
    expect(() => moveRules(strategy, options, [])).toThrow(`${name} is for --strategy three-way`);
});

test.each(MERGE_ONLY)("%s holds in a three-way merge and at the terminal", (_name, options) => {
  for (const strategy of ["three-way", "interactive"] as const)
    expect(moveRules(strategy, options, [])).toMatchObject({ strategy, onConflict: options.onConflict });
});
