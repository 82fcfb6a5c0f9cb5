/** Voicemail. */
import { createRoute, lazyRouteComponent, type SearchSchemaInput } from "@tanstack/react-router";

import { text } from "@/components/search";
import { texts } from "@/i18n";
import { signedInRoute } from "@/shell/routes";

interface Search {
  /** The mailbox that is shown; else the first. */
  mailbox?: string;
  /** The message that is open. */
  id?: string;
}

function searched(given: Search & SearchSchemaInput): Search {
  const [mailbox, id] = [text(given.mailbox), text(given.id)];
  return { ...(mailbox && { mailbox }), ...(id && { id }) };
}

export const voicemailRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: "/voicemail",
    validateSearch: searched,
    loader: texts("voicemail", "signin"),
    component: lazyRouteComponent(() => import("@/voicemail/VoicemailPage"), "VoicemailPage"),
  }),
] as const;
