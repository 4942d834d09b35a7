export {
  DEFAULT_CHOICES,
  type Landing,
  type MoveChoices,
  moveApplication,
  moveRules,
  moveStrategy,
} from "./move-choices.ts";
export { type ConflictHooks, conflictHooks, type MoveHooks } from "./move-hooks.ts";
export { MoveInbox } from "./move-inbox.ts";
export { moveSummary } from "./move-summary.ts";
export { renumberAny, renumberFiles, renumbering, underNewKeys } from "./renumber.ts";
export { type RowDiffChoice, rowDiffOptions } from "./row-diff-options.ts";
