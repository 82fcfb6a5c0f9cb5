import { createRoute, lazyRouteComponent, type SearchSchemaInput } from "@tanstack/react-router";

import { texts } from "@/i18n";
import { rootRoute } from "@/shell/routes";

interface Search {
  /** Where to go afterwards: a path of our own, never another site. */
  next: string;
  /** Why single sign-on failed. */
  problem?: string;
  /** The provider to go to at once. */
  sso?: string;
}

function search({ next, problem, sso }: Partial<Search> & SearchSchemaInput): Search {
  const word = (value: unknown) => (typeof value === "string" && value.length <= 64 ? value : undefined);
  const [why, provider] = [word(problem), word(sso)];
  return {
    next: typeof next === "string" && /^\/(?![/\\])/.test(next) ? next : "/",
    ...(why !== undefined && { problem: why }),
    ...(provider !== undefined && { sso: provider }),
  };
}

export const signInRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: "sign-in",
    validateSearch: search,
    loader: texts("signin"),
    component: lazyRouteComponent(() => import("@/signin/SignInPage"), "SignInPage"),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: "forgotten",
    loader: texts("signin"),
    component: lazyRouteComponent(() => import("@/signin/ForgottenPage"), "ForgottenPage"),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: "activate/$key",
    loader: texts("signin"),
    component: lazyRouteComponent(() => import("@/signin/LinkPage"), "LinkPage"),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: "reset/$key",
    loader: texts("signin"),
    component: lazyRouteComponent(() => import("@/signin/LinkPage"), "LinkPage"),
  }),
] as const;
