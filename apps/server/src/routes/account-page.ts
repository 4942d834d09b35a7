import type { Hono } from "hono";
import type { RequestEnvironment } from "../http/request-environment.ts";
import { ACCOUNT_CSP } from "../http/security-headers.ts";
import { ACCOUNT_PAGE } from "../pages/account-page.ts";
import { ACCOUNT_SCRIPT } from "../pages/account-script.ts";
import { ACCOUNT_STYLE } from "../pages/account-style.ts";

/** Where links of invitations lead. */
export function accountPageRoutes(app: Hono<RequestEnvironment>): void {
  app.get("/accept", () => answer(ACCOUNT_PAGE, "text/html"));
  app.get("/accept/page.js", () => answer(ACCOUNT_SCRIPT, "text/javascript"));
  app.get("/accept/page.css", () => answer(ACCOUNT_STYLE, "text/css"));
}

function answer(text: string, type: string): Response {
  return new Response(text, {
    headers: { "Content-Type": `${type}; charset=utf-8`, "Content-Security-Policy": ACCOUNT_CSP },
  });
}
