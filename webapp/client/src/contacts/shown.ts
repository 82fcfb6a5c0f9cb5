/** Which contacts the list shows. */
import type { ContactsListData } from "@/api/generated/types.gen";

export const SHOWN = ["all", "internal", "external", "personal", "favourite", "vip", "blocked"] as const;
export type Shown = (typeof SHOWN)[number];
export type ContactQuery = NonNullable<ContactsListData["query"]>;

/** Query of the server; with `q` it ranks and gives one page. */
export function queryOf(shown: Shown, q: string): ContactQuery {
  const query: ContactQuery = { limit: 100, ...(q && { q }) };
  if (shown === "internal" || shown === "external" || shown === "personal") return { ...query, kind: [shown] };
  return shown === "all" ? query : { ...query, [shown]: true };
}
