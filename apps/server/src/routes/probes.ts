import type { Hono } from "hono";
import type { AccessControl } from "../http/access-control.ts";
import type { RequestEnvironment } from "../http/request-environment.ts";
import type { ServiceParts } from "../service-parts.ts";

interface ProbeOptions {
  readonly parts: ServiceParts;
  readonly access: AccessControl;
}

/** Outside of `/api/v1`: for load balancers, orchestrators and Prometheus. */
export function probeRoutes(app: Hono<RequestEnvironment>, { parts, access }: ProbeOptions): void {
  const { probes, metrics, settings, version } = parts;
  app.get("/health", () => Response.json({ status: "ok", version }));
  app.get("/livez", () => {
    const { live, lagMs } = probes.live();
    return Response.json({ status: live ? "ok" : "late", lagMs }, { status: live ? 200 : 503 });
  });
  app.get("/readyz", async () => {
    const { ready, checks } = await probes.ready();
    return Response.json({ status: ready ? "ok" : "not ready", checks }, { status: ready ? 200 : 503 });
  });
  app.get("/metrics", async (context) => {
    if (!settings.metricsOpen) {
      context.set("identity", await access.authenticate(context));
      access.authorise(context, "metrics:read");
    }
    return new Response(await metrics.read(), { headers: { "Content-Type": metrics.contentType } });
  });
}
