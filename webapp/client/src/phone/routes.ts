/** The phone. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";

import { signedInRoute } from "@/shell/routes";

export const phoneRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: "/phone",
    // `dial`: a number from a tel: link or another page.
    validateSearch: z.object({ dial: z.string().max(64).optional() }),
    component: lazyRouteComponent(() => import("./PhonePage"), "PhonePage"),
  }),
] as const;
