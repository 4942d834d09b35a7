import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { shellRoute } from "../../app/root-route.tsx";

const peopleSearch = z.object({
  tab: z.enum(["people", "invitations", "keys"]).optional().catch(undefined),
  /** Also accounts that are deactivated, links that are used, keys that have ended. */
  ended: z.literal(true).optional().catch(undefined),
  find: z.string().optional().catch(undefined),
});

export const peopleRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/people",
    validateSearch: peopleSearch,
    component: lazyRouteComponent(() => import("./people-page.tsx"), "PeoplePage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/people/$userId",
    component: lazyRouteComponent(() => import("./person-page.tsx"), "PersonPage"),
  }),
] as const;
