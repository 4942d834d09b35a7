import { expect, it } from "vitest";
import { ROUTES } from "./contract/index.ts";
import { createOpenApiDocument } from "./open-api-document.ts";
import { grants, PERMISSIONS, SCOPES } from "./permissions.ts";

interface Described {
  readonly operationId: string;
  readonly security: readonly unknown[];
}

const document = createOpenApiDocument({ version: "1.2.3" }) as {
  readonly openapi: string;
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
