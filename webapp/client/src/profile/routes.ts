import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { signedInRoute } from "@/shell/routes";

export const profileRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: "profile",
    component: lazyRouteComponent(() => import("@/profile/ProfilePage"), "ProfilePage"),
  }),
] as const;
