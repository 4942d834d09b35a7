import { CodedError, isCodedError } from "@syncline/core";
import { inSpan } from "@syncline/observability/tracing";
import { Hono } from "hono";
import { AccessControl } from "./http/access-control.ts";
import { clientAddress } from "./http/client-address.ts";
import { featureGates } from "./http/feature-gates.ts";
import { problemResponse } from "./http/problem.ts";
import type { AnyContext, RequestEnvironment } from "./http/request-environment.ts";
import { requestIdOf } from "./http/request-id.ts";
import { Router } from "./http/router.ts";
import { setSecurityHeaders } from "./http/security-headers.ts";
import { accessRoutes } from "./routes/access.ts";
import { auditRoutes } from "./routes/audit.ts";
import { conflictRoutes } from "./routes/conflicts.ts";
import { dashboardRoutes } from "./routes/dashboard.ts";
import { databaseRoutes } from "./routes/databases.ts";
import { diffRoutes } from "./routes/diffs.ts";
import { documentRoutes } from "./routes/documents.ts";
import { environmentRoutes } from "./routes/environments.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { oidcRoutes } from "./routes/oidc.ts";
import { overviewRoutes } from "./routes/overview.ts";
import { peopleRoutes } from "./routes/people.ts";
import { probeRoutes } from "./routes/probes.ts";
import { reviewRoutes } from "./routes/reviews.ts";
import { runRoutes } from "./routes/runs.ts";
import { secretRoutes } from "./routes/secrets.ts";
import { settingRoutes } from "./routes/settings.ts";
import { signInRoutes } from "./routes/sign-in.ts";
import { transferRoutes } from "./routes/transfers.ts";
import { webhookRoutes } from "./routes/webhooks.ts";
import type { ServiceParts } from "./service-parts.ts";

const BODY_TIMEOUT_MS = 10_000;
const STALL_MS = 30_000;
const SERVER_ERROR = 500;
const NO_ROUTE = "none";
/** Paths below `/api` that nobody has to be known for. */
const DOCUMENT = "/api/v1/openapi.json";

/** The HTTP API. `whole: false` leaves the probes and metrics only. */
export function createApp(
  parts: ServiceParts,
  { whole }: { readonly whole: boolean },
): Hono<RequestEnvironment> {
  const app = new Hono<RequestEnvironment>();
  const { limits } = parts.settings;
  const { signIn, host } = parts.settings;
  const { requestsPerMinute } = limits;
  const access = new AccessControl(parts.controlPlane, { signIn, host, requestsPerMinute });
  const router = new Router({
    app,
    controlPlane: parts.controlPlane,
    access,
    bodyLimits: { maxBytes: limits.requestBytes, timeoutMs: BODY_TIMEOUT_MS },
    streamLimits: { maxBytes: limits.uploadBytes, stallMs: STALL_MS },
  });
  app.use("*", (context, next) => traced(context, () => observe(parts, context, next)));
  app.onError((error, context) => answerError(error, context));
  app.notFound((context) => answerError(nothingThere(context, router), context));
  if (whole)
    app.use("/api/*", async (context, next) => {
      const { method, path } = context.req;
      const open = path === DOCUMENT || router.isPublic(method, path);
      const asked = open
        ? undefined
        : await access.authenticate(context).catch(async (error: unknown) => {
            await router.noteRefusal(context, error);
            throw error;
          });
      if (asked !== undefined) context.set("identity", asked);
      await next();
    });
  probeRoutes(app, { parts, access });
  if (whole) {
    featureGates(app, parts);
    documentRoutes(app, parts);
    overviewRoutes(router, parts);
    jobRoutes(router, parts);
    runRoutes(router, parts);
    diffRoutes(router, parts);
    transferRoutes(router, parts);
    databaseRoutes(router, parts);
    conflictRoutes(router, parts);
    webhookRoutes(router, parts);
    accessRoutes(router, parts);
    environmentRoutes(router, parts);
    reviewRoutes(router, parts);
    auditRoutes(router, parts);
    secretRoutes(router);
    settingRoutes(router, parts);
    signInRoutes(router, parts);
    oidcRoutes(router, parts);
    peopleRoutes(router, parts);
    dashboardRoutes(app, parts);
  }
  return app;
}

function traced(context: AnyContext, next: () => Promise<void>): Promise<void> {
  const { method, raw } = context.req;
  const attributes = { "http.request.method": method };
  return inSpan({ span: "request", name: method, attributes, headers: raw.headers }, async (span) => {
    await next();
    const { status } = context.res;
    const route = context.get("route");
    if (route !== NO_ROUTE) span.rename(route);
    span.set({
      "http.route": route,
      "http.response.status_code": status,
      "syncline.request": context.get("requestId"),
    });
    if (status >= SERVER_ERROR) span.fail(String(status));
  });
}

async function observe(
  { logger, metrics, settings }: ServiceParts,
  context: AnyContext,
  next: () => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  const requestId = requestIdOf(context.req.header("x-request-id"));
  context.set("requestId", requestId);
  context.set("address", clientAddress(context, settings.trustedProxies));
  context.set("logger", logger.child({ requestId }));
  context.set("route", NO_ROUTE);
  await next();
  // Nobody reads the body of an answer to HEAD; what it holds open ends here.
  if (context.req.method === "HEAD") await context.res.body?.cancel();
  const { headers, status } = context.res;
  headers.set("X-Request-Id", requestId);
  setSecurityHeaders(headers);
  const route = context.get("route");
  const ms = performance.now() - startedAt;
  metrics.add("httpRequests", { route, status: String(status) });
  metrics.observe("httpSeconds", { route }, ms / 1000);
  const { keyId = null, sessionId = null } = context.get("identity") ?? {};
  const who = { ...(keyId === null ? {} : { keyId }), ...(sessionId === null ? {} : { sessionId }) };
  context
    .get("logger")
    .info({ method: context.req.method, route, status, durationMs: Math.round(ms), ...who }, "request");
}

function answerError(error: unknown, context: AnyContext): Response {
  if (!isCodedError(error) || error.code === "internal")
    context.get("logger").error({ err: error, route: context.get("route") }, "a request failed");
  return problemResponse(error, context.get("requestId"));
}

function nothingThere(context: AnyContext, router: Router): CodedError {
  const { path, method } = context.req;
  const allowed = router.methodsOf(path);
  if (allowed.length === 0)
    return new CodedError("resource.not_found", "There is nothing at this path.", {
      hint: "/docs lists what there is.",
    });
  return new CodedError("request.method_not_allowed", `"${method}" is not possible here.`, {
    hint: `Possible: ${allowed.join(", ")}.`,
    details: { allow: allowed.join(", ") },
  });
}
