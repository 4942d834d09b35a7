import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../app/root-route.tsx";

export const serverRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/servers",
    component: lazyRouteComponent(() => import("./servers-page.tsx"), "ServersPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/servers/$name",
    component: lazyRouteComponent(() => import("./server-page.tsx"), "ServerPage"),
  }),
] as const;
