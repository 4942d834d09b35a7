import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { shellRoute } from "../../app/root-route.tsx";
import { SETTINGS_TABS } from "./settings-tabs.ts";

const settingsSearch = z.object({
  tab: z.enum(SETTINGS_TABS).optional().catch(undefined),
  /** Id of the webhook whose deliveries are shown. */
  webhook: z.uuid().optional().catch(undefined),
});

export const settingRoutes = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: "/settings",
    validateSearch: settingsSearch,
    component: lazyRouteComponent(() => import("./settings-page.tsx"), "SettingsPage"),
  }),
] as const;
