import type { BodyInputOf, diffs } from "@syncline/api";
import { commandOf } from "../../components/shell-quote.ts";

export type DiffRequest = BodyInputOf<typeof diffs.startDiff>;

/** `syncline diff` with the options that mean the same as a request. */
export function diffCommand(request: DiffRequest, more: readonly string[] = []): string {
  const { source, target } = request;
  return commandOf(["syncline", "diff", source, target, ...diffOptions(request), ...more]);
}

function diffOptions(request: DiffRequest): readonly string[] {
  const { schema = [], filter, fields, mask, ignoreFields = [], tolerance = {}, key = {} } = request;
  const { ignoreTimestamps = false, ignoreSystemFields = false, mapTable = {}, mapColumn = {} } = request;
  const { maxDifferences, maxPercent, timeout, parallel = 2 } = request;
  return [
    ...schema.flatMap((pattern) => ["--schema", pattern]),
    ...option("--filter", filter === undefined ? undefined : JSON.stringify(filter)),
    ...option("--fields", fields?.join(",")),
    ...option("--mask", mask),
    ...option("--ignore-fields", ignoreFields.length === 0 ? undefined : ignoreFields.join(",")),
    ...(ignoreTimestamps ? ["--ignore-timestamps"] : []),
    ...(ignoreSystemFields ? ["--ignore-system-fields"] : []),
    ...pairs("--tolerance", tolerance),
    ...Object.entries(key).flatMap(([table, columns]) => ["--key", `${table}=${columns.join(",")}`]),
    ...pairs("--map-table", mapTable),
    ...pairs("--map-column", mapColumn),
    ...option("--max-differences", maxDifferences),
    ...option("--max-percent", maxPercent),
    ...option("--max-time", timeout),
    ...(parallel === 2 ? [] : ["--parallel", String(parallel)]),
  ];
}

function option(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [name, String(value)];
}

function pairs(name: string, values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([from, to]) => [name, `${from}=${to}`]);
}
