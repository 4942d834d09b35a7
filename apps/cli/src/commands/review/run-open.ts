import { openAsBlob } from "node:fs";
import { resolve } from "node:path";
import { PATCH_MEDIA_TYPE } from "@syncline/api";
import type { Client } from "@syncline/api/client";
import { CodedError } from "@syncline/core";
import { jobSchema } from "@syncline/jobs";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { ReviewOpenOptions } from "../review.ts";
import { serverClient } from "../server-client.ts";
import { printReview } from "./run-show.ts";

export async function runReviewOpen(session: Session, options: ReviewOpenOptions): Promise<ExitReason> {
  assertOne(options);
  const client = await serverClient(session, options);
  const { title, description } = options;
  const review = await client.reviews.openReview({
    body: {
      title,
      ...(description === undefined ? {} : { description }),
      ...(await subjectOf(session, client, options)),
    },
  });
  await printReview(session, review, options);
  return "ok";
}

function assertOne({ patch, undo, job, run, target }: ReviewOpenOptions): void {
  const given = Object.entries({ patch, undo, job, run }).filter(([, value]) => value !== undefined);
  if (given.length !== 1)
    throw new CodedError("usage.invalid", "One of --patch, --undo, --job and --run says what to look at.");
  const applies = patch !== undefined || undo !== undefined;
  if (applies === (target !== undefined)) return;
  throw new CodedError(
    "usage.invalid",
    applies ? "--target says where it would be written." : "--target goes with --patch and --undo.",
  );
}

async function subjectOf(session: Session, client: Client, options: ReviewOpenOptions) {
  const { patch, undo, job, run, target, strategy, includeCascades, triggers } = options;
  if (run !== undefined) return { run };
  if (job !== undefined) return { job: await jobId(client, job) };
  const how = {
    target,
    ...(strategy === undefined ? {} : { strategy }),
    ...(includeCascades === true ? { includeCascades } : {}),
    ...(triggers === undefined ? {} : { triggers }),
  };
  const definition =
    patch === undefined
      ? { name: "undo", kind: "undo", ledgerId: undo, ...how }
      : { name: "apply", kind: "apply", patch: await patchId(session, client, patch), ...how };
  return { definition: jobSchema.parse(definition) };
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

async function jobId(client: Client, name: string): Promise<string> {
  if (ID.test(name)) return name;
  const { items } = await client.jobs.listJobs({ query: { name, limit: 1 } });
  const [job] = items;
  if (job !== undefined) return job.id;
  throw new CodedError("resource.not_found", `There is no job "${name.slice(0, 80)}".`);
}

/** The id of one that is there, or of a file that is sent. */
async function patchId({ workingFolder }: Session, client: Client, patch: string): Promise<string> {
  if (ID.test(patch)) return patch;
  let body: Blob;
  try {
    body = await openAsBlob(resolve(workingFolder, patch));
  } catch (cause) {
    throw new CodedError("file.not_found", `"${patch}" cannot be read.`, { cause });
  }
  return (await client.diffs.uploadPatch({ body, contentType: PATCH_MEDIA_TYPE })).id;
}
