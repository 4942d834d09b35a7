import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../app/root-route.tsx";
import { diffsSearchSchema } from "./diffs-search.ts";
import { explorerSearchSchema } from "./explorer-search.ts";
import { newDiffSearchSchema } from "./new-diff-search.ts";

export const diffRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/diffs",
    validateSearch: diffsSearchSchema,
    component: lazyRouteComponent(() => import("./diffs-page.tsx"), "DiffsPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/diffs/new",
    validateSearch: newDiffSearchSchema,
    component: lazyRouteComponent(() => import("./new-diff-page.tsx"), "NewDiffPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/diffs/$patchId",
    validateSearch: explorerSearchSchema,
    component: lazyRouteComponent(() => import("./diff-page.tsx"), "DiffPage"),
  }),
] as const;
