export { displayName, ValueDisplay } from "./display-value.ts";
export { renderDiff } from "./render-diff.ts";
export * from "./render-input.ts";
export { visibleText } from "./visible-text.ts";
