import { CodedError } from "@syncline/core";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { ConflictPatchOptions } from "../conflicts.ts";
import { serverClient } from "../server-client.ts";
import { jobIdOf } from "./conflict-filter.ts";

export async function runConflictPatch(session: Session, options: ConflictPatchOptions): Promise<ExitReason> {
  const { job, run, decided = false, json = false } = options;
  if ((job === undefined) === (run === undefined))
    throw new CodedError("usage.invalid", "Name the job with --job, or the run with --run.");
  const client = await serverClient(session, options);
  const patch = await client.conflicts.makePatch({
    body: {
      ...(job === undefined ? { runId: run ?? "" } : { jobId: await jobIdOf(client, job) }),
      rows: decided ? "decided" : "all",
    },
  });
  if (json) await session.output.json(patch);
  else await session.output.line(`${patch.id}  ${patch.operations} operations for ${patch.target}`);
  return "ok";
}
