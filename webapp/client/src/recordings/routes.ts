/** Recordings. */
import { createRoute, lazyRouteComponent, type SearchSchemaInput } from "@tanstack/react-router";

import { text } from "@/components/search";
import { texts } from "@/i18n";
import { signedInRoute } from "@/shell/routes";

/** `call`: only the recordings of this call. */
function searched(given: { call?: string } & SearchSchemaInput): { call?: string } {
  const call = text(given.call);
  return call ? { call } : {};
}

export const recordingsRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: "/recordings",
    validateSearch: searched,
    loader: texts("recordings"),
    component: lazyRouteComponent(() => import("@/recordings/RecordingsPage"), "RecordingsPage"),
  }),
] as const;
