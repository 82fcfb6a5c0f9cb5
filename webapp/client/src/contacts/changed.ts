import { type QueryClient, useQueryClient } from "@tanstack/react-query";

const NAMES_IN = new Set<unknown>(["contacts", "history", "voicemail", "recordings"]);

/** Lists that show contacts or their names are asked for anew. */
export function useContactsChanged(): () => Promise<void> {
  const client = useQueryClient();
  return () => contactsChanged(client);
}

function contactsChanged(client: QueryClient): Promise<void> {
  return client.invalidateQueries({
    predicate: ({ queryKey: [first] }) => {
      if (NAMES_IN.has(first)) return true;
      const id = typeof first === "object" && first !== null && "_id" in first ? first._id : "";
      return typeof id === "string" && id.startsWith("contacts");
    },
  });
}
