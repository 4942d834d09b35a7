import type { FilterDocument } from "@syncline/core";
import type { OperationSetting } from "../contract.ts";
import { DEFAULT_EXPORT } from "./export-input.ts";
import { type OpenedExport, openExport } from "./open-export.ts";

/** Rows of a place for another Syncline. */
export interface RowsInput {
  /** A live place. */
  readonly locator: string;
  /** Patterns of table names; none for all tables. */
  readonly tables: readonly string[];
  readonly filter: FilterDocument | null;
  /** Name of a mask set of the config. */
  readonly mask: string | null;
}

/** The stream of docs/formats/rows-stream.md. @throws CodedError as `runExport` */
export function openRows(
  setting: OperationSetting,
  { locator, ...chosen }: RowsInput,
): Promise<OpenedExport> {
  return openExport(setting, { ...DEFAULT_EXPORT, ...chosen, source: locator, format: "ndjson" });
}
