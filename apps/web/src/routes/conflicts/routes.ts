import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../app/root-route.tsx";
import { conflictSearchSchema } from "./conflict-search.ts";

export const conflictRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/conflicts",
    validateSearch: conflictSearchSchema,
    component: lazyRouteComponent(() => import("./conflicts-page.tsx"), "ConflictsPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/conflicts/$conflictId",
    validateSearch: conflictSearchSchema,
    component: lazyRouteComponent(() => import("./conflict-page.tsx"), "ConflictPage"),
  }),
] as const;
