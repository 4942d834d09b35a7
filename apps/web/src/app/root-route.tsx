import { createRootRoute, createRoute, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { NotFound } from "./not-found.tsx";
import { RouteError } from "./route-error.tsx";
import { Shell } from "./shell.tsx";

export const rootRoute = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: RouteError,
});

/** All pages for people who are signed in. Others see the sign-in form at the same address. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  component: Shell,
});

/** Where links of invitations, resets and the set-up lead. */
export const acceptRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/accept",
  component: lazyRouteComponent(() => import("../routes/sign-in/accept-page.tsx"), "AcceptPage"),
});
