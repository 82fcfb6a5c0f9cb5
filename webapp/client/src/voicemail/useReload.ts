import { useQueryClient } from "@tanstack/react-query";

import { mailboxesGreetingsListOptions, mailboxesListQueryKey } from "@/api/generated/@tanstack/react-query.gen";
import type { Mailbox } from "@/api/generated/types.gen";

/** Asks again for the greetings of a mailbox, and for what its row says of them. */
export function useReload({ id }: Mailbox): () => Promise<unknown> {
  const client = useQueryClient();
  const { queryKey } = mailboxesGreetingsListOptions({ path: { id } });
  const boxes = [{ _id: mailboxesListQueryKey()[0]._id }];
  return () => Promise.all([client.invalidateQueries({ queryKey }), client.invalidateQueries({ queryKey: boxes })]);
}
