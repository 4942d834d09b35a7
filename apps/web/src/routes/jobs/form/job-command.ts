import type { JobDefinition, JobOf } from "@syncline/api";
import { commandOf } from "../../../components/shell-quote.ts";

type Words = readonly string[];

/** What does the same once from a terminal; null: only the service does it. */
export function jobCommand(definition: JobDefinition): string | null {
  const words = wordsOf(definition);
  return words === null ? null : commandOf(["syncline", ...words]);
}

function wordsOf(job: JobDefinition): Words | null {
  switch (job.kind) {
    case "diff":
      return comparison(job);
    case "watch":
      return [...comparison(job), "--exit-code"];
    case "copy":
      return [
        "copy",
        job.source,
        job.target,
        ...rowsOf(job),
        ...strategyOf(job),
        ...option("--dataset", job.dataset),
        ...flag("--incremental", job.incremental),
        ...flag("--include-schemas", job.includeSchemas),
        ...writingOf(job),
      ];
    case "merge":
      return [
        "copy",
        job.source,
        job.target,
        ...rowsOf(job),
        "--strategy",
        "three-way",
        "--base",
        job.base,
        ...writingOf(job),
      ];
    case "undo":
      return [
        "undo",
        job.ledgerId,
        job.target,
        ...option("--strategy", job.strategy === "manual" ? undefined : job.strategy),
        ...writingOf(job),
      ];
    case "export":
      return [
        "export",
        job.source,
        "--output",
        job.file,
        ...option("--format", job.format),
        ...option("--dataset", job.dataset),
        ...filterOf(job),
        ...option("--mask", job.mask),
        ...job.recipients.flatMap((key) => ["--recipient", key]),
      ];
    case "import":
      return [
        "import",
        job.file,
        job.target,
        ...option("--merge-strategy", job.strategy === "replace" ? undefined : job.strategy),
        ...option("--base", job.base),
        ...option("--allow", job.allow),
        ...writingOf(job),
      ];
    // A patch of the server is no file yet, and a pair is kept by the service alone.
    case "apply":
    case "bi-sync":
      return null;
  }
}

function comparison(job: JobOf<"diff"> | JobOf<"watch">): Words {
  return [
    "diff",
    job.source,
    job.target,
    ...rowsOf(job),
    ...option("--fields", job.fields?.join()),
    ...flag("--ignore-timestamps", job.ignoreTimestamps),
    ...flag("--ignore-system-fields", job.ignoreSystemFields),
    ...Object.entries(job.tolerance).flatMap(([column, most]) => ["--tolerance", `${column}=${most}`]),
    ...option("--max-differences", job.maxDifferences),
    ...option("--max-percent", job.maxPercent),
  ];
}

type Rows = Pick<
  JobOf<"copy">,
  "schema" | "filter" | "mask" | "ignoreFields" | "key" | "mapTable" | "mapColumn" | "parallel"
>;

function rowsOf(job: Rows): Words {
  return [
    ...job.schema.flatMap((pattern) => ["--schema", pattern]),
    ...filterOf(job),
    ...option("--mask", job.mask),
    ...option("--ignore-fields", job.ignoreFields.length === 0 ? undefined : job.ignoreFields.join()),
    ...Object.entries(job.key).flatMap(([table, columns]) => ["--key", `${table}=${columns.join()}`]),
    ...Object.entries(job.mapTable).flatMap(([from, to]) => ["--map-table", `${from}=${to}`]),
    ...Object.entries(job.mapColumn).flatMap(([from, to]) => ["--map-column", `${from}=${to}`]),
    ...option("--parallel", job.parallel === 2 ? undefined : job.parallel),
  ];
}

type Writing = Pick<JobOf<"copy">, "dryRun" | "triggers" | "includeCascades" | "lockTimeout" | "confirm">;

function writingOf(job: Writing): Words {
  return [
    ...option("--triggers", job.triggers === "auto" ? undefined : job.triggers),
    ...flag("--include-cascades", job.includeCascades),
    ...option("--lock-timeout", job.lockTimeout === "10s" ? undefined : job.lockTimeout),
    ...(job.dryRun ? ["--dry-run"] : job.confirm === undefined ? ["--yes"] : ["--confirm", job.confirm]),
  ];
}

function strategyOf({ strategy, base }: JobOf<"copy">): Words {
  return [...option("--strategy", strategy === "replace" ? undefined : strategy), ...option("--base", base)];
}

const filterOf = ({ filter }: { readonly filter?: unknown }): Words =>
  option("--filter", filter === undefined ? undefined : JSON.stringify(filter));

const option = (name: string, value: string | number | undefined): Words =>
  value === undefined ? [] : [name, String(value)];

const flag = (name: string, on: boolean): Words => (on ? [name] : []);
