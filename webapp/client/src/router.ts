/** All routes. A feature lists its own in <feature>/routes.ts and is added here, once. */
import { createRouter } from "@tanstack/react-router";

import { queryClient } from "@/api/queries";
import { calendarRoutes } from "@/calendar/routes";
import { Loading } from "@/components/states";
import { contactsRoutes } from "@/contacts/routes";
import { historyRoutes } from "@/history/routes";
import { phoneRoutes } from "@/phone/routes";
import { profileRoutes } from "@/profile/routes";
import { recordingsRoutes } from "@/recordings/routes";
import { settingsRoutes } from "@/settings/routes";
import { rootRoute, signedInRoute } from "@/shell/routes";
import { signInRoutes } from "@/signin/routes";
import { startRoutes } from "@/start/routes";
import { voicemailRoutes } from "@/voicemail/routes";

const signedIn = signedInRoute.addChildren([...startRoutes, ...calendarRoutes, ...phoneRoutes, ...contactsRoutes, ...historyRoutes, ...voicemailRoutes, ...recordingsRoutes, ...profileRoutes, ...settingsRoutes]);
const routeTree = rootRoute.addChildren([...signInRoutes, signedIn]);

export const router = createRouter({
  routeTree,
  basepath: "/app",
  context: { queryClient },
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 300,
  defaultPendingComponent: Loading,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
