export { addSpan, inSpan, type OpenSpan, type SpanInput, traceFields } from "./in-span.ts";
export { SPANS, type SpanDefinition, type SpanKey } from "./span-names.ts";
