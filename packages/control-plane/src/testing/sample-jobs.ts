import { type JobDefinition, type JobInput, jobSchema } from "@syncline/jobs";

let number = 0;

/** A job that reads. */
export function diffJob(changes: Partial<JobInput> = {}): JobDefinition {
  number += 1;
  return jobSchema.parse({
    kind: "diff",
    name: `diff-${number}`,
    source: "one:acme:*",
    target: "two:acme:*",
    ...changes,
  });
}

/** A job that writes to a server of its own. */
export function copyJob(changes: Partial<JobInput> = {}): JobDefinition {
  number += 1;
  return jobSchema.parse({
    kind: "copy",
    name: `copy-${number}`,
    source: "one:acme:*",
    target: `to-${number}:acme:*`,
    ...changes,
  });
}
