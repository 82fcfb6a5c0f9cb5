/** Which messages of a mailbox are shown. */
import type { Message, VoicemailListData } from "@/api/generated/types.gen";

export const FOLDERS = ["all", "new", "deleted"] as const;
export type Folder = (typeof FOLDERS)[number];

/** Query of the server. */
export function queryOf(mailbox: string, folder: Folder, q: string): NonNullable<VoicemailListData["query"]> {
  return {
    mailbox,
    deleted: folder === "deleted",
    ...(folder === "new" && { read: false }),
    ...(q && { q }),
  };
}

/** Who left a message, best name first; "" when the number was not shown. */
export function callerOf({ contact, caller_name: name, display, caller_number: number }: Message): string {
  return contact?.name || name || display || number;
}
