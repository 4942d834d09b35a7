import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../app/root-route.tsx";

export const conflictRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/conflicts",
    component: lazyRouteComponent(() => import("./conflicts-page.tsx"), "ConflictsPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/conflicts/$conflictId",
    component: lazyRouteComponent(() => import("./conflict-page.tsx"), "ConflictPage"),
  }),
] as const;
