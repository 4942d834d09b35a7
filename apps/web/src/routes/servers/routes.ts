import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { shellRoute } from "../../app/root-route.tsx";

const serversSearch = z.object({
  tab: z.enum(["servers", "environments"]).optional().catch(undefined),
  /** The form for a server that is added. */
  add: z.literal(true).optional().catch(undefined),
});

const serverSearch = z.object({
  tenant: z.string().optional().catch(undefined),
  /** Part of names of tables. */
  find: z.string().optional().catch(undefined),
});

export const serverRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/servers",
    validateSearch: serversSearch,
    component: lazyRouteComponent(() => import("./servers-page.tsx"), "ServersPage"),
  }),
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/servers/$name",
    validateSearch: serverSearch,
    component: lazyRouteComponent(() => import("./server-page.tsx"), "ServerPage"),
  }),
] as const;
