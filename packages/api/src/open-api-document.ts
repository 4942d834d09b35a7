import { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { ROUTES } from "./contract/index.ts";
import type { Route } from "./contract/route.ts";
import { PROBLEM_TYPE, problemSchema } from "./contract/schemas.ts";
import { INTRODUCTION, PARAMETERS, TAGS } from "./document-texts.ts";
import { PERMISSIONS } from "./permissions.ts";

const IDEMPOTENCY = z.object({
  "idempotency-key": z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe("The request may be sent again under the same key: the first answer comes back."),
});

const RESUMING = z.object({
  "last-event-id": z
    .string()
    .regex(/^\d{1,16}$/)
    .optional()
    .describe("Id of the last event that was heard: the stream goes on after it."),
});

/** The OpenAPI 3.1 document of v1. */
export function createOpenApiDocument({ version }: { readonly version: string }): object {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description: "`slk_<publicId>_<secret>`",
  });
  for (const route of ROUTES) app.openAPIRegistry.registerPath(describeRoute(route));
  const document = app.getOpenAPI31Document({
    openapi: "3.1.1",
    info: { title: "Syncline", version, description: INTRODUCTION },
    servers: [{ url: "/api/v1" }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: [{ apiKey: [] }],
  });
  for (const path of Object.values(document.paths ?? {})) describeParameters(path);
  return document;
}

interface Operation {
  readonly parameters?: { readonly name?: string; description?: string }[];
}

/** Parameters that many routes share, without words of their own. */
function describeParameters(path: object): void {
  for (const { parameters = [] } of Object.values(path) as Operation[])
    for (const parameter of parameters) {
      const text = PARAMETERS[parameter.name ?? ""];
      if (text !== undefined) parameter.description ??= text;
    }
}

type Registered = Parameters<OpenAPIHono["openAPIRegistry"]["registerPath"]>[0];

function describeRoute(route: Route): Registered {
  const permission = PERMISSIONS[route.name];
  const { params, query, body, answer } = route;
  return {
    method: route.method,
    path: route.path,
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, permissionText(permission)].filter(Boolean).join("\n\n"),
    operationId: operationId(route),
    ...(permission === "public" ? { security: [] } : { security: [{ apiKey: [] }] }),
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(route.idempotent ? { headers: IDEMPOTENCY } : {}),
      ...(answer.kind === "events" ? { headers: RESUMING } : {}),
      ...(body === undefined
        ? {}
        : {
            body: {
              required: true,
              content:
                body.kind === "json"
                  ? { "application/json": { schema: body.schema } }
                  : bytesOf(body.contentTypes),
            },
          }),
    },
    responses: {
      [answer.status]: { description: "Done.", ...contentOf(answer) },
      default: { description: "A problem.", content: { [PROBLEM_TYPE]: { schema: problemSchema } } },
    },
  };
}

function contentOf(answer: Route["answer"]) {
  if (answer.kind === "json") return { content: { "application/json": { schema: answer.schema } } };
  if (answer.kind === "bytes") return { content: bytesOf(answer.contentTypes) };
  if (answer.kind === "events") return { content: { "text/event-stream": { schema: z.string() } } };
  return {};
}

const BYTES = z.string().meta({ format: "binary" });

/** A JSON document of whatever form is no text. */
const bytesOf = (types: readonly string[]) =>
  Object.fromEntries(
    types.map((type) => [type, { schema: type === "application/json" ? z.unknown() : BYTES }]),
  );

function permissionText(permission: string): string {
  if (permission === "public") return "Needs no API key.";
  return permission === "key" ? "Needs an API key." : `Needs the scope \`${permission}\`.`;
}

/** `GET /runs/{id}/units` → `getRunsIdUnits`: stable as long as the path is. */
function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
