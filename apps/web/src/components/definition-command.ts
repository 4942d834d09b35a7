import type { RunAnswer } from "@syncline/api";
import { commandOf } from "./shell-quote.ts";

type Definition = RunAnswer["definition"];
type Comparison = Extract<Definition, { kind: "diff" | "watch" }>;
type Rows = Pick<
  Comparison,
  "schema" | "filter" | "mask" | "ignoreFields" | "mapTable" | "mapColumn" | "key"
>;

/**
 * What does from a terminal what a definition says. Kinds that only the service knows are started there by their job's name;
 * null: there is neither.
 */
export function definitionCommand(
  definition: Definition,
  { saved }: { readonly saved: boolean },
): string | null {
  const words = wordsOf(definition);
  if (words !== null) return commandOf(["syncline", ...words]);
  return saved ? commandOf(["syncline", "service", "trigger", definition.name, "--wait"]) : null;
}

function wordsOf(definition: Definition): readonly string[] | null {
  switch (definition.kind) {
    case "diff":
    case "watch":
      return ["diff", definition.source, definition.target, ...comparisonWords(definition)];
    case "copy": {
      const { source, target, strategy, base, dataset, incremental, includeSchemas } = definition;
      return [
        "copy",
        source,
        target,
        ...rowWords(definition, ","),
        ...(strategy === "replace" ? [] : ["--strategy", strategy]),
        ...option("--base", base),
        ...option("--dataset", dataset),
        ...flag("--incremental", incremental),
        ...flag("--include-schemas", includeSchemas),
        ...writeWords(definition),
      ];
    }
    case "apply":
      return ["patch", "apply", `${definition.patch}.patch`, definition.target, ...strategyWords(definition)];
    case "undo":
      return ["undo", definition.ledgerId, definition.target, ...strategyWords(definition)];
    case "export": {
      const { source, file, format, dataset, filter, mask, recipients } = definition;
      return [
        "export",
        source,
        "--output",
        file,
        ...option("--format", format),
        ...option("--dataset", dataset),
        ...option("--filter", filter && JSON.stringify(filter)),
        ...option("--mask", mask),
        ...recipients.flatMap((key) => ["--recipient", key]),
      ];
    }
    case "import":
      return [
        "import",
        definition.file,
        definition.target,
        ...(definition.strategy === "replace" ? [] : ["--merge-strategy", definition.strategy]),
        ...option("--base", definition.base),
        ...writeWords(definition),
      ];
    case "merge":
    case "bi-sync":
      return null;
  }
}

function comparisonWords(definition: Comparison): readonly string[] {
  const { fields, ignoreTimestamps, ignoreSystemFields, tolerance, maxDifferences, maxPercent } = definition;
  return [
    ...rowWords(definition, null),
    ...option("--fields", fields?.join(",")),
    ...flag("--ignore-timestamps", ignoreTimestamps),
    ...flag("--ignore-system-fields", ignoreSystemFields),
    ...Object.entries(tolerance).flatMap(([column, most]) => ["--tolerance", `${column}=${most}`]),
    ...option("--max-differences", maxDifferences?.toString()),
    ...option("--max-percent", maxPercent?.toString()),
  ];
}

/** `joined`: how several tables are written; null: each with an option of its own. */
function rowWords(
  { schema, filter, mask, ignoreFields, mapTable, mapColumn, key }: Rows,
  joined: string | null,
) {
  const tables = joined === null || schema.length === 0 ? schema : [schema.join(joined)];
  return [
    ...tables.flatMap((table) => ["--schema", table]),
    ...option("--filter", filter && JSON.stringify(filter)),
    ...option("--mask", mask),
    ...(ignoreFields.length === 0 ? [] : ["--ignore-fields", ignoreFields.join(",")]),
    ...Object.entries(mapTable).flatMap(([from, to]) => ["--map-table", `${from}=${to}`]),
    ...Object.entries(mapColumn).flatMap(([from, to]) => ["--map-column", `${from}=${to}`]),
    ...Object.entries(key).flatMap(([table, columns]) => ["--key", `${table}=${columns.join(",")}`]),
  ];
}

type Writing = Pick<
  Extract<Definition, { kind: "apply" }>,
  "dryRun" | "triggers" | "includeCascades" | "confirm"
>;

function strategyWords(definition: Writing & { readonly strategy: string }): readonly string[] {
  const { strategy } = definition;
  return [...(strategy === "manual" ? [] : ["--strategy", strategy]), ...writeWords(definition)];
}

function writeWords({ dryRun, triggers, includeCascades, confirm }: Writing): readonly string[] {
  return [
    ...flag("--dry-run", dryRun),
    ...(triggers === "auto" ? [] : ["--triggers", triggers]),
    ...flag("--include-cascades", includeCascades),
    ...option("--confirm", confirm),
  ];
}

const flag = (name: string, given: boolean) => (given ? [name] : []);
const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
