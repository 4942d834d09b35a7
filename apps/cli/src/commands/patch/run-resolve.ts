import { CodedError } from "@syncline/core";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { FileCommandOptions } from "../patch.ts";

export async function runResolve(
  _session: Session,
  _input: { readonly file: string; readonly options: FileCommandOptions },
): Promise<ExitReason> {
  throw new CodedError("internal", "not yet");
}
