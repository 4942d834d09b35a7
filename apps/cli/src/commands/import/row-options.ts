import { notForSql } from "@syncline/runtime/operations";
import type { ImportCommandOptions } from "../import.ts";

/** Options of this command that mean nothing for a file that is run, in the order of their help. */
const ROW_OPTIONS = [
  "merge",
  "mergeStrategy",
  "base",
  "replaceAll",
  "allow",
  "dataset",
  "edited",
  "mergeBy",
  "columnGroup",
  "renumber",
  "strict",
  "conflicts",
  "includeCascades",
  "allowDdl",
  "reason",
] as const satisfies readonly (keyof ImportCommandOptions)[];

/** Also refuses those that were typed as they would be anyway. @throws CodedError `usage.invalid` */
export function refuseRowOptions(options: ImportCommandOptions): void {
  const { onConflict, triggers } = options;
  const given =
    ROW_OPTIONS.find((name) => options[name] !== undefined && options[name] !== false) ??
    (onConflict === "manual" ? undefined : "onConflict") ??
    (triggers === "auto" ? undefined : "triggers");
  if (given !== undefined) throw notForSql(given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
}
