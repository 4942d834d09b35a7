import { resolve } from "node:path";
import { CodedError } from "@syncline/core";
import type { ImportInput, Landing } from "@syncline/runtime/operations";
import type { Session } from "../../session.ts";
import type { ImportCommandOptions } from "../import.ts";
import { moveChoices } from "../write/move-options.ts";

export interface ImportArguments {
  readonly file: string;
  readonly target: string;
  readonly options: ImportCommandOptions;
}

/** What was typed, as the operation wants it. @throws CodedError `usage.invalid` */
export function importInput(
  { workingFolder }: Session,
  { file, target, options }: ImportArguments,
): ImportInput {
  const placeOf = (path: string) => ({ label: path, path: resolve(workingFolder, path) });
  return {
    ...moveChoices(options),
    file: placeOf(file),
    target,
    strategy: landingOf(options),
    base: options.base ?? null,
    replaceAll: options.replaceAll === true,
    allow: options.allow === undefined ? null : placeOf(options.allow),
    dataset: options.dataset ?? null,
    identities: options.identity ?? [],
    signers: options.verifySigner ?? [],
    edited: options.edited === true,
    anySql: options.anySql === true,
    parallel: options.parallel,
  };
}

function landingOf({ merge, mergeStrategy }: ImportCommandOptions): Landing {
  if (merge === true && mergeStrategy !== undefined && mergeStrategy !== "merge")
    throw new CodedError(
      "usage.invalid",
      `--merge and --merge-strategy ${mergeStrategy} contradict each other.`,
      { hint: "Leave one of the two out." },
    );
  return merge === true ? "merge" : (mergeStrategy ?? "replace");
}
