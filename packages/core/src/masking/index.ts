export * from "./check-masks.ts";
export * from "./mask-family.ts";
export * from "./mask-rule.ts";
export * from "./parse-masks.ts";
