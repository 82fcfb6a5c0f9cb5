/** All routes. A feature lists its own in <feature>/routes.ts and is added here, once. */
import { createRouter } from "@tanstack/react-router";

import { queryClient } from "@/api/queries";
import { phoneRoutes } from "@/phone/routes";
import { rootRoute, signedInRoute } from "@/shell/routes";
import { signInRoutes } from "@/signin/routes";
import { startRoutes } from "@/start/routes";

const routeTree = rootRoute.addChildren([...signInRoutes, signedInRoute.addChildren([...startRoutes, ...phoneRoutes])]);

export const router = createRouter({
  routeTree,
  basepath: "/app",
  context: { queryClient },
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 300,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
