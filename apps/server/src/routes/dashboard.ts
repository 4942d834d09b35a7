import { randomBytes } from "node:crypto";
import type { Hono } from "hono";
import type { AnyContext, RequestEnvironment } from "../http/request-environment.ts";
import { dashboardCsp } from "../http/security-headers.ts";
import { DashboardFiles } from "../pages/dashboard-files.ts";
import type { ServiceParts } from "../service-parts.ts";

const YEAR_SECONDS = 31_536_000;
const NONCE = /__CSP_NONCE__/g;
const NONCE_BYTES = 16;
/** Where links of invitations lead; needed with and without the rest. */
const ACCEPT = "/accept";
/** What is no page of the dashboard. */
const ELSEWHERE = /^\/(api|docs|assets|metrics|readyz|livez|openapi\.json)(\/|$)/;
const NOT_BUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Syncline</title></head>
<body><h1>The dashboard is not built</h1>
<p>In the checkout: <code>npx --yes pnpm@12.21.0 --filter @syncline/web build</code>. Then load this page again; the server goes on running.</p>
<p>The API works without: <a href="/docs">/docs</a>.</p></body></html>
`;

/** The dashboard: its files, and one page for every path that is not somebody else's. */
export function dashboardRoutes(app: Hono<RequestEnvironment>, parts: ServiceParts): void {
  const files = new DashboardFiles(parts.settings.dashboardFolder);
  const file = async (context: AnyContext, next: () => Promise<void>) => {
    const found = await files.file(context.req.path.slice(1), context.req.header("accept-encoding") ?? "");
    if (found === null) return next();
    const { bytes, type, encoding, lasting } = found;
    return new Response(bytes, {
      headers: {
        "Content-Type": type,
        Vary: "Accept-Encoding",
        "Cache-Control": lasting ? `public, max-age=${YEAR_SECONDS}, immutable` : "no-cache",
        ...(encoding === null ? {} : { "Content-Encoding": encoding }),
      },
    });
  };
  app.get("/assets/:name", file);
  app.get("/favicon.svg", file);
  app.get("/color-scheme.js", file);
  app.get("*", async (context, next) => {
    const { path } = context.req;
    const wanted = path === "/" || (context.req.header("accept") ?? "").includes("text/html");
    if (!wanted || ELSEWHERE.test(path)) return next();
    if (!parts.config().features.dashboard && path !== ACCEPT) return next();
    context.set("route", "dashboard");
    return page(await files.index());
  });
}

/** Each answer has a nonce of its own, for the styles that the page makes while it runs. */
function page(index: string | null): Response {
  const nonce = randomBytes(NONCE_BYTES).toString("base64");
  return new Response(index === null ? NOT_BUILT : index.replace(NONCE, nonce), {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": dashboardCsp(nonce),
    },
  });
}
