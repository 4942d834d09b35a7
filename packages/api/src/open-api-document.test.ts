import { expect, it } from "vitest";
import { ROUTES } from "./contract/index.ts";
import { createOpenApiDocument } from "./open-api-document.ts";
import { grants, PERMISSIONS, SCOPES } from "./permissions.ts";

interface Described {
  readonly operationId: string;
  readonly summary?: string;
  readonly security: readonly unknown[];
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly description?: string }[];
}

const document = createOpenApiDocument({ version: "1.2.3" }) as {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
};

it("describes every route once, with its permission", () => {
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  expect(operations).toHaveLength(ROUTES.length);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(ROUTES.length);
  for (const { name, method, path } of ROUTES)
    expect(document.paths[path]?.[method]?.security).toEqual(
      PERMISSIONS[name] === "public" ? [] : [{ apiKey: [] }],
    );
});

it("leaves no operation, parameter and group without words", () => {
  const tags = new Set(document.tags.map(({ name, description }) => (description === "" ? "" : name)));
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, { summary, tags: of = [], parameters = [] }] of Object.entries(operations)) {
      expect(summary, `${method} ${path}`).toBeTruthy();
      for (const tag of of) expect(tags).toContain(tag);
      for (const { name, description } of parameters)
        expect(description, `${method} ${path} ${name}`).toBeTruthy();
    }
});

it("says what is sent besides parameters, and that JSON is no text", () => {
  const of = (path: string, method: string) => document.paths[path]?.[method];
  const headers = ({ parameters = [] }: Described) => parameters.map(({ name }) => name);
  for (const path of ["/events", "/runs/{id}/events"])
    expect(headers(of(path, "get") as Described)).toContain("last-event-id");
  expect(of("/jobs", "post")?.parameters?.at(-1)).toMatchObject({ schema: { minLength: 1, maxLength: 255 } });
  expect(of("/export", "post")).toMatchObject({
    responses: {
      200: {
        content: { "application/json": { schema: {} }, "application/sql": { schema: { type: "string" } } },
      },
    },
  });
  expect(JSON.stringify(of("/export", "post"))).not.toContain(
    '"application/json":{"schema":{"type":"string"',
  );
});

it("refers to nothing that is not there", () => {
  const text = JSON.stringify(document);
  for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
    expect(Object.keys(document.components.schemas)).toContain(name);
});

it("grants by scope alone", () => {
  for (const scope of SCOPES) {
    expect(grants([scope], scope)).toBe(true);
    expect(grants(["*"], scope)).toBe(true);
    expect(
      grants(
        SCOPES.filter((other) => other !== scope),
        scope,
      ),
    ).toBe(false);
    expect(grants([scope.split(":")[0] ?? "", `${scope}x`, ""], scope)).toBe(false);
  }
});
