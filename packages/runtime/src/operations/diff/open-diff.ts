import { type DiffRun, diffEndpoints } from "@syncline/engine";
import { openAnyEndpoint } from "../../endpoint-registry.ts";
import type { OperationSetting } from "../contract.ts";
import type { ComparisonInput } from "./comparison.ts";
import { type DiffHooks, type PreparedDiff, prepareDiff } from "./prepare-diff.ts";

/** A running comparison of two places. */
export interface OpenedDiff extends PreparedDiff {
  readonly run: DiffRun;
  /** Ends the comparison and every connection. */
  close(): Promise<void>;
}

/** Prepares and opens a comparison. Always `close()`. */
export async function openDiff(
  setting: OperationSetting,
  input: ComparisonInput,
  hooks: DiffHooks = {},
): Promise<OpenedDiff> {
  return openPrepared(setting, await prepareDiff(setting, input, hooks), input.ignoreFields);
}

/** Opens a prepared comparison. `ignoreFields` are the names that somebody wrote. Always `close()`. */
export async function openPrepared(
  { context }: OperationSetting,
  prepared: PreparedDiff,
  ignoreFields: readonly string[],
): Promise<OpenedDiff> {
  const opened = await Promise.allSettled([
    openAnyEndpoint(prepared.source, prepared.target),
    openAnyEndpoint(prepared.target, prepared.source),
  ]);
  const endpoints = opened.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const closeBoth = async () => void (await Promise.all(endpoints.map((endpoint) => endpoint.close())));
  try {
    for (const outcome of opened) if (outcome.status === "rejected") throw outcome.reason;
    const [source, target] = endpoints;
    if (source === undefined || target === undefined) throw new TypeError("an endpoint is missing");
    const run = await diffEndpoints({ ctx: context, source, target, options: prepared.options });
    warnOfUnknownFields(context, run, ignoreFields);
    const close = () => run.close().finally(closeBoth);
    return { ...prepared, run, close };
  } catch (error) {
    await closeBoth();
    throw error;
  }
}

/** A field to ignore may be missing in some tables, but a name that none of them has is most likely a slip. */
function warnOfUnknownFields(
  { warn }: OperationSetting["context"],
  run: DiffRun,
  fields: readonly string[],
): void {
  const known = new Set(run.tables.flatMap(({ patchTable }) => patchTable.columns.map(([name]) => name)));
  for (const field of fields) {
    if (known.has(field) || known.has(field.slice(field.lastIndexOf(".") + 1))) continue;
    warn(`No compared table has a column "${field}", so --ignore-fields ${field} changes nothing.`);
  }
}
