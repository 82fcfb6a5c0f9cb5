/** Settings: one screen, whose part is in the address. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { signedInRoute } from "@/shell/routes";

export const settingsRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: "settings/{-$part}",
    component: lazyRouteComponent(() => import("@/settings/SettingsPage"), "SettingsPage"),
  }),
] as const;
