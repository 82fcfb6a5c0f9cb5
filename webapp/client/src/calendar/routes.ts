import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { texts } from "@/i18n";
import { signedInRoute } from "@/shell/routes";

export const calendarRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: "calendar",
    loader: texts("calendar"),
    component: lazyRouteComponent(() => import("@/calendar/CalendarPage"), "CalendarPage"),
  }),
] as const;
