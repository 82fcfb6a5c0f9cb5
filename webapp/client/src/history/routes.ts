/** Calls of before. */
import { createRoute, lazyRouteComponent, type SearchSchemaInput } from "@tanstack/react-router";

import { oneOf } from "@/components/search";
import { SHOWN, type Shown } from "@/history/shown";
import { texts } from "@/i18n";
import { signedInRoute } from "@/shell/routes";

function searched(given: { show?: string } & SearchSchemaInput): { show?: Shown } {
  const show = oneOf(given.show, SHOWN);
  return show ? { show } : {};
}

export const historyRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: "/history",
    validateSearch: searched,
    loader: texts("history"),
    component: lazyRouteComponent(() => import("@/history/HistoryPage"), "HistoryPage"),
  }),
] as const;
