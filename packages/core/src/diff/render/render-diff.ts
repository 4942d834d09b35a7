import { renderDetailed } from "./render-detailed.ts";
import { renderHtml } from "./render-html.ts";
import type { DiffFormat, RenderInput } from "./render-input.ts";
import { renderJson, renderNdjson } from "./render-json.ts";
import { renderSideBySide } from "./render-side-by-side.ts";
import { renderSql } from "./render-sql.ts";
import { renderSummary } from "./render-summary.ts";
import { renderUnified } from "./render-unified.ts";

type Renderer = (input: RenderInput) => AsyncIterable<string>;

const RENDERERS: Readonly<Record<DiffFormat, Renderer>> = {
  summary: renderSummary,
  json: renderJson,
  ndjson: renderNdjson,
  detailed: renderDetailed,
  unified: renderUnified,
  "side-by-side": renderSideBySide,
  sql: renderSql,
  html: renderHtml,
};

/** The text of a comparison in one format, in pieces as they become known. */
export function renderDiff(format: DiffFormat, input: RenderInput): AsyncIterable<string> {
  return (input.summaryOnly && format !== "json" && format !== "ndjson" ? renderSummary : RENDERERS[format])(
    input,
  );
}
