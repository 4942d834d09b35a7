import type { FeatureName } from "@syncline/config";
import { CodedError } from "@syncline/core";
import type { Hono } from "hono";
import type { ServiceParts } from "../service-parts.ts";
import type { RequestEnvironment } from "./request-environment.ts";

/** Paths that answer while their feature is on; matched as the routes themselves are. */
const GATED: Readonly<Record<FeatureName, readonly string[]>> = {
  "api-docs": ["/docs", "/docs/*", "/openapi.json", "/api/v1/openapi.json"],
  // Its other pages are told by its route; links of invitations lead to one that stays.
  dashboard: ["/"],
  "incoming-hooks": ["/api/v1/hooks/:token"],
  "password-sign-in": [
    "/api/v1/sign-in",
    "/api/v1/setup",
    "/api/v1/invitations/accept",
    "/api/v1/me/password",
  ],
  profiling: ["/api/v1/admin/profile"],
  "direct-transfers": [
    "/api/v1/export",
    "/api/sync/export",
    "/api/v1/import",
    "/api/sync/import",
    "/api/v1/apply/file",
    "/api/v1/rows",
  ],
};

/** Asks the config at each request, so that a reload switches without a restart. */
export function featureGates(app: Hono<RequestEnvironment>, { config }: Pick<ServiceParts, "config">): void {
  for (const [name, paths] of Object.entries(GATED) as [FeatureName, readonly string[]][])
    for (const path of paths)
      app.use(path, async (_, next) => {
        if (!config().features[name]) throw switchedOff(name);
        await next();
      });
}

function switchedOff(name: FeatureName): CodedError {
  return new CodedError("feature.missing", `"${name}" is switched off at this server.`, {
    hint: "The operator switches it by SYNCLINE_FEATURES or features of the config.",
  });
}
