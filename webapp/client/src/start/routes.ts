import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { signedInRoute } from "@/shell/routes";

export const startRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: "/",
    component: lazyRouteComponent(() => import("@/start/StartPage"), "StartPage"),
  }),
] as const;
