/** The phone. */
import { createRoute, lazyRouteComponent, type SearchSchemaInput } from "@tanstack/react-router";

import { signedInRoute } from "@/shell/routes";

/** `dial`: a number from a tel: link or another page. The router reads one that is all digits as a number. */
function dialled({ dial }: { dial?: string | number } & SearchSchemaInput): { dial?: string } {
  if (dial === undefined) return {};
  // What is no text is put out by an empty one: left out here, it would stay as it was sent.
  const text = typeof dial === "string" || typeof dial === "number" ? String(dial) : "";
  return { dial: text.replace(/^tel:/i, "").slice(0, 64) };
}

export const phoneRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: "/phone",
    validateSearch: dialled,
    component: lazyRouteComponent(() => import("./PhonePage"), "PhonePage"),
  }),
] as const;
