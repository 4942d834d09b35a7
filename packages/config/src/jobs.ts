import { isCodedError, nearest, parseEndpointLocator, parseFilter } from "@syncline/core";
import { type JobDefinition, scheduleProblem } from "@syncline/jobs";
import type { ConfigDocument } from "./config-schema.ts";
import type { SchemaIssue } from "./schema-issues.ts";

/** What a schema cannot say of jobs: names that must exist, locators and schedules that must be readable. */
export function checkJobs(document: ConfigDocument): SchemaIssue[] {
  const seen = new Set<string>();
  return document.jobs.flatMap((job, index) => {
    const issue = (key: string, problem: string): SchemaIssue => ({
      path: ["jobs", index, key],
      key: null,
      problem,
    });
    const issues = [
      ...checkNames(job, document, issue),
      ...checkPlaces(job, document, issue),
      ...checkFilter(job, issue),
    ];
    if (seen.has(job.name)) issues.push(issue("name", `there are two jobs "${job.name}"`));
    seen.add(job.name);
    const wrong = job.schedule === undefined ? null : scheduleProblem(job.schedule);
    if (wrong !== null) issues.push(issue("schedule", wrong));
    return issues;
  });
}

type Issue = (key: string, problem: string) => SchemaIssue;

function checkNames(
  job: JobDefinition,
  { masks, datasets, servers }: ConfigDocument,
  issue: Issue,
): SchemaIssue[] {
  const wanted = [
    ["mask", "mask" in job ? job.mask : undefined, masks, "masks"],
    ["dataset", "dataset" in job ? job.dataset : undefined, datasets, "datasets"],
  ] as const;
  const issues = wanted.flatMap(([key, name, section, title]) =>
    name === undefined || Object.hasOwn(section, name)
      ? []
      : [issue(key, `there is no "${name}" under ${title}${suggestion(name, Object.keys(section))}`)],
  );
  const { schedule } = job;
  if (schedule !== undefined && "listen" in schedule && !Object.hasOwn(servers, schedule.listen.server))
    issues.push(issue("schedule", `there is no server "${schedule.listen.server}" under servers`));
  return issues;
}

function checkFilter(job: JobDefinition, issue: Issue): SchemaIssue[] {
  const filter = "filter" in job ? job.filter : undefined;
  if (filter === undefined) return [];
  try {
    parseFilter(JSON.stringify(filter));
    return [];
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return [issue("filter", error.message)];
  }
}

/** Locators name servers of this file, a directory or a URL. */
function checkPlaces(job: JobDefinition, { servers }: ConfigDocument, issue: Issue): SchemaIssue[] {
  return (["source", "target", "base"] as const).flatMap((key) => {
    const text = (job as Partial<Record<typeof key, string>>)[key];
    if (text === undefined) return [];
    try {
      const locator = parseEndpointLocator(text);
      if (locator.kind !== "tenant" || locator.server === null) return [];
      if (Object.hasOwn(servers, locator.server)) return [];
      return [
        issue(
          key,
          `there is no server "${locator.server}" under servers${suggestion(locator.server, Object.keys(servers))}`,
        ),
      ];
    } catch (error) {
      if (!isCodedError(error)) throw error;
      return [issue(key, error.message)];
    }
  });
}

function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === null ? "" : `; did you mean "${near}"?`;
}
