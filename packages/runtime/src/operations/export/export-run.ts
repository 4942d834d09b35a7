import type { findDataset } from "@syncline/config";
import type { Place } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";
import type { ExportInput } from "./export-input.ts";

/** An export whose place is known. */
export interface ExportRun {
  readonly setting: OperationSetting;
  readonly input: ExportInput;
  readonly source: Place;
  /** As the config has it. */
  readonly dataset: ReturnType<typeof findDataset> | null;
  /** As age knows them. */
  readonly recipients: readonly string[];
}
