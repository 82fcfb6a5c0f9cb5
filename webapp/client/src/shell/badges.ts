/** Small numbers beside an application: what waits there. */
import type { ApplicationCode } from "@/shell/applications";
import { useMissed } from "@/history/missed";
import { useEntities } from "@/live/store";

/** How many things wait in each application; those with none are left out. */
export function useBadges(): Partial<Record<ApplicationCode, number>> {
  const missed = useMissed();
  const mailboxes = useEntities("mailbox");
  let messages = 0;
  for (const mailbox of mailboxes.values()) messages += mailbox.new;
  return { ...(missed > 0 && { history: missed }), ...(messages > 0 && { voicemail: messages }) };
}
