/** Settings: one screen, whose part is in the address. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { texts } from "@/i18n";
import { signedInRoute } from "@/shell/routes";

export const settingsRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: "settings/{-$part}",
    loader: texts("settings", "signin"),
    component: lazyRouteComponent(() => import("@/settings/SettingsPage"), "SettingsPage"),
  }),
] as const;
