import { createRouter } from "@tanstack/react-router";
import { accountRoutes } from "../routes/account/routes.ts";
import { auditRoutes } from "../routes/audit/routes.ts";
import { conflictRoutes } from "../routes/conflicts/routes.ts";
import { diffRoutes } from "../routes/diffs/routes.ts";
import { jobRoutes } from "../routes/jobs/routes.ts";
import { overviewRoutes } from "../routes/overview/routes.ts";
import { patchRoutes } from "../routes/patches/routes.ts";
import { peopleRoutes } from "../routes/people/routes.ts";
import { reviewRoutes } from "../routes/reviews/routes.ts";
import { runRoutes } from "../routes/runs/routes.ts";
import { serverRoutes } from "../routes/servers/routes.ts";
import { settingRoutes } from "../routes/settings/routes.ts";
import { acceptRoute, rootRoute, shellRoute } from "./root-route.tsx";

const routeTree = rootRoute.addChildren([
  acceptRoute,
  shellRoute.addChildren([
    ...overviewRoutes,
    ...serverRoutes,
    ...jobRoutes,
    ...runRoutes,
    ...diffRoutes,
    ...patchRoutes,
    ...reviewRoutes,
    ...conflictRoutes,
    ...auditRoutes,
    ...peopleRoutes,
    ...settingRoutes,
    ...accountRoutes,
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  getScrollRestorationKey: (place) => place.pathname,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
