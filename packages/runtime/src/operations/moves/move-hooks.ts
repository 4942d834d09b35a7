import type { MoveInput } from "@syncline/engine";
import { createChangeSpool } from "../../files/change-spool.ts";

/** Who hears of conflicts and may decide them. */
export type ConflictHooks = Pick<MoveInput, "onConflict" | "onUndecided" | "onAttempt">;

/** What an operation that moves rows tells while it works. */
export interface MoveHooks {
  /** Something worth knowing; among the report's notes when nobody listens. */
  readonly say?: (text: string) => void;
  /** Called once, before rows are compared. A rejection ends the operation with nothing written. */
  readonly openConflicts?: () => ConflictHooks;
}

/** A spool on disk, so that changes of any number fit. */
export function conflictHooks(
  hooks: MoveHooks,
): ConflictHooks & { readonly createSpool: typeof createChangeSpool } {
  return { createSpool: createChangeSpool, ...hooks.openConflicts?.() };
}
