import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { CodedError } from "@syncline/core";
import type { MoveInput } from "@syncline/engine";
import {
  openAnyEndpoint,
  openRowsEndpoint,
  type Place,
  resolveAnyPlace,
  type Workspace,
} from "@syncline/runtime";
import type { Session } from "../../session.ts";
import type { ImportCommandOptions } from "../import.ts";
import { openImport } from "./open-import.ts";

interface BaseJob {
  readonly session: Session;
  readonly workspace: Workspace;
  readonly options: ImportCommandOptions;
}

/** The common ancestor of a three-way merge: an export file, a pulled directory or a database. */
export async function importBase(job: BaseJob, target: Place): Promise<MoveInput["openBase"]> {
  const { session, options, workspace } = job;
  if (options.base === undefined) return null;
  const path = resolve(session.workingFolder, options.base);
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) {
    const { verifySigner: _, ...rest } = options;
    const opened = await openImport(session, options.base, rest, { mayDelete: false });
    if (opened.kind === "rows")
      return () => openRowsEndpoint({ files: opened.files, label: opened.files.label, beside: target });
    throw new CodedError("usage.invalid", "An SQL file cannot be a base.", {
      hint: "Use an export in yaml, json or ndjson, a pulled directory or a database.",
    });
  }
  const at = { folder: session.workingFolder, signal: session.context.signal };
  const base = await resolveAnyPlace(workspace, options.base, at);
  return () => openAnyEndpoint(base, { kind: "live", place: target });
}
