/** Contacts. */
import { createRoute, lazyRouteComponent, type SearchSchemaInput } from "@tanstack/react-router";

import { oneOf, text } from "@/components/search";
import { SHOWN, type Shown } from "@/contacts/shown";
import { texts } from "@/i18n";
import { signedInRoute } from "@/shell/routes";

interface Search {
  show?: Shown;
  /** The card that is open. */
  id?: string;
  /** Opens the form of a new contact with this number, and `name`. */
  add?: string;
  name?: string;
}
type Given = { show?: string; id?: string; add?: string | number; name?: string | number } & SearchSchemaInput;

function searched(given: Given): Search {
  const show = oneOf(given.show, SHOWN);
  const [id, add, name] = [text(given.id), text(given.add, 64), text(given.name)];
  return { ...(show && { show }), ...(id && { id }), ...(add && { add }), ...(name && { name }) };
}

export const contactsRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: "/contacts",
    validateSearch: searched,
    loader: texts("contacts"),
    component: lazyRouteComponent(() => import("@/contacts/ContactsPage"), "ContactsPage"),
  }),
] as const;
