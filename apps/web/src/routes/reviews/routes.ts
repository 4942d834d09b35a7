import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { shellRoute } from "../../app/root-route.tsx";

const queueSearch = z.object({
  queue: z.enum(["waiting", "open", "mine", "all"]).optional().catch(undefined),
});

const reviewSearch = z.object({
  tab: z.enum(["rows", "deletes", "sql", "undo", "discussion", "history"]).optional().catch(undefined),
  table: z.string().min(1).max(4096).optional().catch(undefined),
  kind: z.enum(["insert", "update", "delete"]).optional().catch(undefined),
  key: z.string().min(1).max(4096).optional().catch(undefined),
  text: z.string().min(1).max(4096).optional().catch(undefined),
});

export const reviewRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/reviews",
    validateSearch: queueSearch,
    component: lazyRouteComponent(() => import("./reviews-page.tsx"), "ReviewsPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/reviews/$reviewId",
    validateSearch: reviewSearch,
    component: lazyRouteComponent(() => import("./review-page.tsx"), "ReviewPage"),
  }),
] as const;
