import { JOB_KINDS } from "@syncline/api";
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { shellRoute } from "../../app/root-route.tsx";
import { JOB_STATES } from "./job-states.ts";
import { TIMELINE_FILTERS } from "./timeline-filters.ts";

const text = z.string().max(4096).optional().catch(undefined);

export const jobRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/jobs",
    validateSearch: z.object({
      kind: z.enum(JOB_KINDS).optional().catch(undefined),
      state: z.enum(JOB_STATES).optional().catch(undefined),
      text: z.string().max(200).optional().catch(undefined),
    }),
    component: lazyRouteComponent(() => import("./jobs-page.tsx"), "JobsPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/jobs/new",
    validateSearch: z.object({
      kind: z.enum(JOB_KINDS).optional().catch(undefined),
      source: text,
      target: text,
      /** As many fields of a definition as there are; what does not fit is left out. */
      definition: z.record(z.string(), z.unknown()).optional().catch(undefined),
      /** A saved job that the new one begins as. */
      from: z.uuid().optional().catch(undefined),
    }),
    component: lazyRouteComponent(() => import("./new-job-page.tsx"), "NewJobPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/jobs/$jobId",
    validateSearch: z.object({
      show: z.enum(TIMELINE_FILTERS).optional().catch(undefined),
      /** The first of two runs that are to be compared. */
      run: z.uuid().optional().catch(undefined),
    }),
    component: lazyRouteComponent(() => import("./job-page.tsx"), "JobPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/jobs/$jobId/edit",
    component: lazyRouteComponent(() => import("./edit-job-page.tsx"), "EditJobPage"),
  }),
] as const;
