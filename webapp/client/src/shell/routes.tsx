/** The routes everything hangs under: the root, and the part for people who are signed in. */
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";

import { ApiError } from "@/api/errors";
import { meOptions } from "@/api/me";
import { Failure } from "@/shell/Failure";
import { NotFound } from "@/shell/NotFound";

export const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  errorComponent: Failure,
  notFoundComponent: NotFound,
});

/** Parent of every screen behind the sign-in: has the shell around it, and useMe() works below it. */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "signed-in",
  beforeLoad: async ({ context, location }) => {
    const me = await context.queryClient.query({ ...meOptions, staleTime: "static" }).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    });
    // Nobody is kept from calling, emergency services above all.
    const barred = me !== null && me.pending_policies.length > 0 && location.pathname !== "/phone";
    if (me === null || barred) {
      throw redirect({ to: "/sign-in", search: { next: location.href } });
    }
  },
  component: lazyRouteComponent(() => import("@/shell/Shell"), "Shell"),
  errorComponent: Failure,
  notFoundComponent: NotFound,
});
