import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../app/root-route.tsx";

export const diffRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/diffs",
    component: lazyRouteComponent(() => import("./diffs-page.tsx"), "DiffsPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/diffs/new",
    component: lazyRouteComponent(() => import("./new-diff-page.tsx"), "NewDiffPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/diffs/$patchId",
    component: lazyRouteComponent(() => import("./diff-page.tsx"), "DiffPage"),
  }),
] as const;
