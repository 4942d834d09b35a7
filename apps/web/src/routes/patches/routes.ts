import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { shellRoute } from "../../app/root-route.tsx";

const patchSearch = z.object({
  tab: z.enum(["summary", "sql", "undo", "apply"]).optional().catch(undefined),
});

const logSearch = z.object({
  target: z.string().min(1).max(4096).optional().catch(undefined),
  limit: z.number().int().min(1).max(1000).optional().catch(undefined),
});

export const patchRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/patches",
    component: lazyRouteComponent(() => import("./patches-page.tsx"), "PatchesPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/patches/$patchId",
    validateSearch: patchSearch,
    component: lazyRouteComponent(() => import("./patch-page.tsx"), "PatchPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/log",
    validateSearch: logSearch,
    component: lazyRouteComponent(() => import("./log-page.tsx"), "LogPage"),
  }),
] as const;
