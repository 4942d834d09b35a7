import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
  showDeveloperTools: "never", mcp: { disabled: true }, hideClientButton: true,
  authentication: { preferredSecurityScheme: "apiKey" }, metaData: { title: "Syncline API" },
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
    viewer ??= readFile(viewerFile()).then((bytes) => new Uint8Array(bytes));
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

/** Lies beside the published bundle. Among the sources it is a package's, which does not export it: its folder is found first. */
function viewerFile(): string {
  const bundled = fileURLToPath(new URL("./api-viewer.js", import.meta.url));
  if (existsSync(bundled)) return bundled;
  const entry = createRequire(import.meta.url).resolve(VIEWER);
  const folder = entry.slice(0, entry.lastIndexOf(VIEWER) + VIEWER.length);
  return join(folder, "dist/browser/standalone.js");
}
