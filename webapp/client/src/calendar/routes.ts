import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { signedInRoute } from "@/shell/routes";

export const calendarRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: "calendar",
    component: lazyRouteComponent(() => import("@/calendar/CalendarPage"), "CalendarPage"),
  }),
] as const;
