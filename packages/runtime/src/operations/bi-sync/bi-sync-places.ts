import { CodedError } from "@syncline/core";
import type { JobOf } from "@syncline/jobs";
import { assertFlow } from "../../flow.ts";
import { type Place, resolvePlace } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";
import { agreeToWrite } from "../target/assert-consent.ts";

export interface BiSyncPlaces {
  readonly source: Place;
  readonly target: Place;
}

/**
 * The two places of a job, each asked for what will be done to it.
 * @throws CodedError `flow.refused`, what `confirmWrite` throws, and `usage.invalid` for what cannot be kept in step
 */
export async function biSyncPlaces(setting: OperationSetting, job: JobOf<"bi-sync">): Promise<BiSyncPlaces> {
  refuseParts(job);
  const { workspace, context } = setting;
  const { signal } = context;
  const source = await resolvePlace(workspace, job.source, signal);
  const target = await resolvePlace(workspace, job.target, signal);
  if (isSamePlace(source, target))
    throw new CodedError("usage.invalid", `"${source.label}" and "${target.label}" are one place.`, {
      hint: "Name two different databases, schemas or tenants.",
    });
  const written = [
    ...(job.direction === "target-to-source" ? [] : [{ from: source, to: target }]),
    ...(job.direction === "source-to-target" ? [] : [{ from: target, to: source }]),
  ];
  for (const { from, to } of written) {
    const flow = { source: { kind: "live", place: from }, target: to, masked: false, signal } as const;
    for (const warning of await assertFlow(workspace, flow)) context.warn(warning);
    await agreeToWrite(setting, { action: "keep in step", target: to, dryRun: job.dryRun });
  }
  return { source, target };
}

/** Rows must be able to go there and back as they are. */
function refuseParts(job: JobOf<"bi-sync">): void {
  if (job.mask !== undefined)
    throw new CodedError(
      "usage.invalid",
      "Masked rows cannot be kept in step: what comes back would not be what went out.",
      {
        hint: "Take the mask out of the job, or make it a copy.",
      },
    );
  if (job.filter !== undefined)
    throw new CodedError(
      "usage.invalid",
      "Part of a table cannot be kept in step: a row that leaves the filter on one side would look deleted.",
      { hint: "Name whole tables with schema, or make the job a copy with a filter." },
    );
}

function isSamePlace(a: Place, b: Place): boolean {
  const name = ({ scope: { connection, schema, tenantColumn } }: Place) =>
    JSON.stringify([
      connection.host,
      connection.port,
      connection.database,
      schema,
      tenantColumn?.value ?? null,
    ]);
  return name(a) === name(b);
}
