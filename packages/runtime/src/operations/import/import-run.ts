import type { MoveStrategy } from "@syncline/core";
import type { RowFiles } from "@syncline/engine";
import type { Place } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";
import type { ImportHooks, ImportInput } from "./import-input.ts";

/** An import whose place is known. */
export interface ImportRun {
  readonly setting: OperationSetting;
  readonly input: ImportInput;
  readonly hooks: ImportHooks;
  readonly say: (text: string) => void;
  readonly target: Place;
  readonly strategy: MoveStrategy;
}

/** Rows of a file on their way into a target. */
export interface RowsImport extends ImportRun {
  readonly files: RowFiles;
}

/** A root's row that the base had and the file lacks was deleted in the source. */
export function followsDeletes(strategy: MoveStrategy): boolean {
  return strategy === "replace" || strategy === "three-way";
}
