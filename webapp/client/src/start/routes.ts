import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { texts } from "@/i18n";
import { signedInRoute } from "@/shell/routes";

export const startRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: "/",
    loader: texts("start"),
    component: lazyRouteComponent(() => import("@/start/StartPage"), "StartPage"),
  }),
] as const;
