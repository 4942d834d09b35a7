export { renderInputOfPatch } from "./changes-of-patch.ts";
export { displayName, ValueDisplay } from "./display-value.ts";
export { renderDiff } from "./render-diff.ts";
export * from "./render-input.ts";
export { type RenderPatchOptions, renderPatch } from "./render-patch.ts";
export { visibleText } from "./visible-text.ts";
