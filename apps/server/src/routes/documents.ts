import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createOpenApiDocument } from "@syncline/api";
import type { Hono } from "hono";
import type { RequestEnvironment } from "../http/request-environment.ts";
import { VIEWER_CSP } from "../http/security-headers.ts";
import type { ServiceParts } from "../service-parts.ts";

const VIEWER = "@scalar/api-reference";
const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Syncline API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><div id="app"></div>
<script src="/docs/viewer.js"></script>
<script src="/docs/start.js"></script>
</body></html>
`;
const START = `Scalar.createApiReference("#app", {
  url: "/openapi.json", withDefaultFonts: false, telemetry: false, agent: { disabled: true },
});
`;
const DAY_SECONDS = 86_400;

/** The OpenAPI document and its viewer, which asks nobody but this server. */
export function documentRoutes(app: Hono<RequestEnvironment>, { version }: ServiceParts): void {
  let document: string | null = null;
  const openApi = () => {
    document ??= JSON.stringify(createOpenApiDocument({ version }));
    return new Response(document, { headers: { "Content-Type": "application/json" } });
  };
  app.get("/openapi.json", openApi);
  app.get("/api/v1/openapi.json", openApi);
  const page = () =>
    new Response(PAGE, {
      headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": VIEWER_CSP },
    });
  app.get("/docs", page);
  app.get("/docs/", page);
  app.get("/docs/start.js", () => script(START));
  let viewer: Promise<Uint8Array<ArrayBuffer>> | null = null;
  app.get("/docs/viewer.js", async () => {
    viewer ??= readViewer();
    return script(await viewer);
  });
}

function script(body: string | Uint8Array<ArrayBuffer>): Response {
  return new Response(body, {
    headers: {
      "Content-Type": "text/javascript; charset=utf-8",
      "Cache-Control": `public, max-age=${DAY_SECONDS}`,
    },
  });
}

/** The file is not among the package's exports: its folder is found first. */
async function readViewer(): Promise<Uint8Array<ArrayBuffer>> {
  const entry = createRequire(import.meta.url).resolve("@scalar/api-reference");
  const folder = entry.slice(0, entry.lastIndexOf(VIEWER) + VIEWER.length);
  return new Uint8Array(
    await readFile(join(dirname(join(folder, "package.json")), "dist/browser/standalone.js")),
  );
}
