import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { texts } from "@/i18n";
import { signedInRoute } from "@/shell/routes";

export const profileRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: "profile",
    loader: texts("profile"),
    component: lazyRouteComponent(() => import("@/profile/ProfilePage"), "ProfilePage"),
  }),
] as const;
