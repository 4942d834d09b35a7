import { HEALTHS } from "@syncline/api";
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { shellRoute } from "../../app/root-route.tsx";

const overviewSearch = z.object({
  /** Only pairs that stand so. */
  health: z.enum(HEALTHS).optional().catch(undefined),
});

export const overviewRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/",
    validateSearch: overviewSearch,
    component: lazyRouteComponent(() => import("./overview-page.tsx"), "OverviewPage"),
  }),
] as const;
