import { type TableCodec, tableCodecs } from "../../patch/codec/column-codec.ts";
import { encodeRow } from "../../patch/codec/encode-operation.ts";
import { jsonText } from "../../patch/codec/json-text.ts";
import type { PatchOperation } from "../../patch/patch.ts";
import { patchOperation } from "../../patch/patch-from-change.ts";
import { formatQualifiedName } from "../../values/qualified-name.ts";
import type { DiffCounts } from "../diff-summary.ts";
import type { RenderInput, RenderResult } from "./render-input.ts";
import { inBlocks } from "./text-blocks.ts";

/** One document; operations stand before the summary, which is known only at the end. */
export async function* renderJson(input: RenderInput): AsyncGenerator<string> {
  yield* inBlocks(jsonParts(input));
}

async function* jsonParts(input: RenderInput): AsyncGenerator<string> {
  if (input.summaryOnly) {
    for await (const _ of input.changes);
    yield "{";
  } else {
    yield '{"operations":[';
    let separator = "\n";
    for await (const operation of operationTexts(input)) {
      yield `${separator}{${operation}}`;
      separator = ",\n";
    }
    yield "\n],\n";
  }
  const result = await input.result;
  const tables = tableSummaries(input, result).map((table) => JSON.stringify(table));
  yield `"summary":${JSON.stringify(jsonSummary(input, result))},\n"tables":[\n${tables.join(",\n")}\n],\n`;
  yield `"complete":${result.complete}${stopped(result)}}\n`;
}

function stopped(result: RenderResult): string {
  return result.stopped === null ? "" : `,"stopped":${JSON.stringify(result.stopped)}`;
}

/** A stream of objects with a `type`: start, operation…, table…, summary. */
export async function* renderNdjson(input: RenderInput): AsyncGenerator<string> {
  yield* inBlocks(ndjsonLines(input));
}

async function* ndjsonLines(input: RenderInput): AsyncGenerator<string> {
  const { source, target } = input;
  const names = input.tables.map((table) => table.patchTable.name);
  yield `${JSON.stringify({ type: "start", source, target, tables: names })}\n`;
  if (input.summaryOnly) for await (const _ of input.changes);
  else for await (const operation of operationTexts(input)) yield `{"type":"operation",${operation}}\n`;
  const result = await input.result;
  for (const table of tableSummaries(input, result)) yield `${JSON.stringify({ type: "table", ...table })}\n`;
  const { complete } = result;
  const end = { type: "summary", ...jsonSummary(input, result), complete };
  yield `${JSON.stringify(result.stopped === null ? end : { ...end, stopped: result.stopped })}\n`;
}

async function* operationTexts(input: RenderInput): AsyncGenerator<string> {
  const codecs = tableCodecs(input.tables.map((table) => table.patchTable));
  for await (const change of input.changes) {
    const table = input.tables[change.table]?.patchTable;
    const codec = table === undefined ? undefined : codecs.get(table.name);
    if (table !== undefined && codec !== undefined)
      yield operationMembers(codec, patchOperation(table, change));
  }
}

/** `"op":…,"table":…,"key":…,"old":…,"new":…`; counts only for several identical rows. */
function operationMembers(codec: TableCodec, operation: PatchOperation): string {
  const old = operation.op === "insert" ? "null" : encodeRow(codec, operation.old);
  const fresh = operation.op === "delete" ? "null" : encodeRow(codec, operation.new);
  const count = operation.op !== "update" && operation.count > 1 ? `,"count":${operation.count}` : "";
  const key = encodeRow(codec, operation.key);
  return `"op":"${operation.op}","table":${jsonText(operation.table)},"key":${key},"old":${old},"new":${fresh}${count}`;
}

function jsonCounts(counts: DiffCounts) {
  return {
    source_count: counts.sourceRows,
    target_count: counts.targetRows,
    unchanged: counts.unchanged,
    to_insert: counts.inserts,
    to_update: counts.updates,
    to_delete: counts.deletes,
  };
}

function jsonSummary(input: RenderInput, result: RenderResult) {
  return { source: input.source, target: input.target, ...jsonCounts(result.totals) };
}

function tableSummaries(input: RenderInput, result: RenderResult) {
  return input.tables.map((table, index) => {
    const found = result.tables[index];
    return {
      name: table.patchTable.name,
      source: formatQualifiedName(table.source),
      target: formatQualifiedName(table.target),
      ...(found === undefined ? {} : jsonCounts(found.counts)),
      ...(found?.recheck
        ? { recheck: { stable: found.recheck.stable, in_flight: found.recheck.inFlight } }
        : {}),
    };
  });
}
