export { renderDiff } from "./render-diff.ts";
export * from "./render-input.ts";
