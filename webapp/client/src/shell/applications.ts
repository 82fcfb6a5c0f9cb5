/** What people may open: the server says which (`me.applications`), this says how each looks. */
import {
  IconAddressBook,
  IconCalendar,
  IconHistory,
  IconHome,
  type Icon,
  IconMicrophone,
  IconPhone,
  IconRecordMail,
  IconSettings2,
} from "@tabler/icons-react";

import type { Me } from "@/api/me";

export type ApplicationCode =
  | "start"
  | "phone"
  | "contacts"
  | "history"
  | "voicemail"
  | "recordings"
  | "calendar"
  | "administration";

export interface Application {
  code: ApplicationCode;
  /** Path within the client ("/phone"), or null when it is a page of its own (Django's administration). */
  path: string | null;
  url: string;
  icon: Icon;
  /** Second key after g, to go there. */
  key: string;
}

const LOOKS: Record<ApplicationCode, { icon: Icon; key: string }> = {
  start: { icon: IconHome, key: "s" },
  phone: { icon: IconPhone, key: "p" },
  contacts: { icon: IconAddressBook, key: "c" },
  history: { icon: IconHistory, key: "h" },
  voicemail: { icon: IconRecordMail, key: "v" },
  recordings: { icon: IconMicrophone, key: "r" },
  calendar: { icon: IconCalendar, key: "a" },
  administration: { icon: IconSettings2, key: "b" },
};

const BASE = "/app";

/** What `me` may open, the start page first. Codes that this version does not know are left out. */
export function applicationsOf(me: Pick<Me, "applications">): Application[] {
  return [{ code: "start", url: `${BASE}/` }, ...me.applications].flatMap(({ code, url }) => {
    if (!(code in LOOKS)) return [];
    const known = code as ApplicationCode;
    const path = url.startsWith(`${BASE}/`) ? url.slice(BASE.length) : null;
    return [{ code: known, url, path, ...LOOKS[known] }];
  });
}
