import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../app/root-route.tsx";

export const reviewRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/reviews",
    component: lazyRouteComponent(() => import("./reviews-page.tsx"), "ReviewsPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/reviews/$reviewId",
    component: lazyRouteComponent(() => import("./review-page.tsx"), "ReviewPage"),
  }),
] as const;
