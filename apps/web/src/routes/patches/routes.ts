import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../app/root-route.tsx";

export const patchRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/patches",
    component: lazyRouteComponent(() => import("./patches-page.tsx"), "PatchesPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/patches/$patchId",
    component: lazyRouteComponent(() => import("./patch-page.tsx"), "PatchPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/log",
    component: lazyRouteComponent(() => import("./log-page.tsx"), "LogPage"),
  }),
] as const;
