import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../app/root-route.tsx";

export const jobRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/jobs",
    component: lazyRouteComponent(() => import("./jobs-page.tsx"), "JobsPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/jobs/new",
    component: lazyRouteComponent(() => import("./new-job-page.tsx"), "NewJobPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/jobs/$jobId",
    component: lazyRouteComponent(() => import("./job-page.tsx"), "JobPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/jobs/$jobId/edit",
    component: lazyRouteComponent(() => import("./edit-job-page.tsx"), "EditJobPage"),
  }),
] as const;
