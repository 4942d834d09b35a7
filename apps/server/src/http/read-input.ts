import type { Problem, Route } from "@syncline/api";
import { CodedError } from "@syncline/core";
import { z } from "zod";
import { describeIssues } from "./describe-issues.ts";
import { isUsableText, parseJson } from "./parse-json.ts";
import { type BodyLimits, readBody } from "./read-body.ts";

/** Path and query as the route's schemas give them. @throws CodedError `request.invalid`, `resource.not_found` */
export function readParameters(
  route: Route,
  { params, url }: { readonly params: Record<string, string>; readonly url: URL },
): { readonly params: unknown; readonly query: unknown } {
  const found = route.params?.safeParse(params);
  // A malformed id names nothing, as one that is not there does.
  if (found?.success === false)
    throw new CodedError("resource.not_found", "There is nothing of that id.", {
      hint: "Ids come from lists and from what created the object.",
    });
  return { params: found?.data, query: readQuery(route.query, url) };
}

function readQuery(schema: z.ZodObject | undefined, url: URL): unknown {
  const given = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of url.searchParams) {
    if (schema === undefined || !Object.hasOwn(schema.shape, name))
      throw invalid([{ path: `query.${name.slice(0, 64)}`, problem: "there is no such parameter" }]);
    if (!isUsableText(value))
      throw invalid([{ path: `query.${name}`, problem: "a NUL character is not allowed" }]);
    if (takesSeveral(schema.shape[name])) {
      given[name] = [...(given[name] ?? []), value];
      continue;
    }
    if (name in given) throw invalid([{ path: `query.${name}`, problem: "given twice" }]);
    given[name] = value;
  }
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw invalid(describeIssues(parsed.error, { input: given, prefix: "query" }));
  return parsed.data;
}

function takesSeveral(schema: unknown): boolean {
  const inner = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return inner instanceof z.ZodArray;
}

/** A JSON body. @throws CodedError `request.*` */
export async function readJsonBody(
  request: Request,
  { schema, limits }: { readonly schema: z.ZodType; readonly limits: BodyLimits },
): Promise<{ readonly value: unknown; readonly text: string }> {
  assertContentType(request, ["application/json"]);
  const text = await readBody(request, limits);
  const input = parseJson(text);
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalid(describeIssues(parsed.error, { input, prefix: "" }));
  return { value: parsed.data, text };
}

/** @throws CodedError `request.unsupported_media` */
export function assertContentType(request: Request, expected: readonly string[]): void {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity")
    throw new CodedError("request.unsupported_media", "The body has a content encoding; expected none.");
  const found = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (expected.includes(found)) return;
  throw new CodedError(
    "request.unsupported_media",
    `The body is ${found === "" ? "of no content type" : `"${found.slice(0, 80)}"`}; expected ${expected.join(" or ")}.`,
  );
}

function invalid(issues: NonNullable<Problem["issues"]>): CodedError {
  const [first] = issues;
  const where = first === undefined || first.path === "" ? "The body" : `"${first.path}"`;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return new CodedError("request.invalid", `${where} is not valid: ${first?.problem ?? "unknown"}${more}.`, {
    hint: "The OpenAPI document at /openapi.json says what is expected.",
    details: { issues },
  });
}
