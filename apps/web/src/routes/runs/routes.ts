import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../app/root-route.tsx";
import { compareSearch, runsSearch } from "./runs-search.ts";

export const runRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/runs",
    validateSearch: runsSearch,
    component: lazyRouteComponent(() => import("./runs-page.tsx"), "RunsPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/runs/compare",
    validateSearch: compareSearch,
    component: lazyRouteComponent(() => import("./compare-runs-page.tsx"), "CompareRunsPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/runs/$runId",
    component: lazyRouteComponent(() => import("./run-page.tsx"), "RunPage"),
  }),
] as const;
