import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import * as z from "zod";

import { rootRoute } from "@/shell/routes";

/** Where to go afterwards: a path of our own, never another site. */
const next = z.string().regex(/^\/(?![/\\])/).catch("/").default("/");

export const signInRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: "sign-in",
    validateSearch: z.object({ next }),
    component: lazyRouteComponent(() => import("@/signin/SignInPage"), "SignInPage"),
  }),
] as const;
