/** Small numbers beside an application: what waits there. */
import type { ApplicationCode } from "@/shell/applications";
import { useEntities } from "@/live/store";

/** How many things wait in each application; those with none are left out. */
export function useBadges(): Partial<Record<ApplicationCode, number>> {
  const mailboxes = useEntities("mailbox");
  let messages = 0;
  for (const mailbox of mailboxes.values()) messages += mailbox.new;
  return messages > 0 ? { voicemail: messages } : {};
}
