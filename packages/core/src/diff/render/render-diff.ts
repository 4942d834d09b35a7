import type { DiffFormat, RenderInput } from "./render-input.ts";
import { renderJson, renderNdjson } from "./render-json.ts";
import { renderSummary } from "./render-summary.ts";

type Renderer = (input: RenderInput) => AsyncIterable<string>;

const RENDERERS: Readonly<Record<DiffFormat, Renderer>> = {
  summary: renderSummary,
  json: renderJson,
  ndjson: renderNdjson,
  detailed: renderSummary,
  unified: renderSummary,
  "side-by-side": renderSummary,
  sql: renderSummary,
  html: renderSummary,
};

/** The text of a comparison in one format, in pieces as they become known. */
export function renderDiff(format: DiffFormat, input: RenderInput): AsyncIterable<string> {
  return (input.summaryOnly && format !== "json" && format !== "ndjson" ? renderSummary : RENDERERS[format])(
    input,
  );
}
