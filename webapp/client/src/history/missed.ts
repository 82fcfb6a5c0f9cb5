/** Calls missed since the person last looked at the history. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";

import {
  historyMissedRetrieveOptions,
  historyMissedRetrieveQueryKey,
} from "@/api/generated/@tanstack/react-query.gen";
import { historyMissedUpdate } from "@/api/generated/sdk.gen";
import { useOnEntities } from "@/live/store";

/** How many; follows each call that ends, and what was seen in another tab when one comes back to this. */
export function useMissed(): number {
  const client = useQueryClient();
  const refetch = useCallback(
    () => void client.invalidateQueries({ queryKey: historyMissedRetrieveQueryKey() }),
    [client],
  );
  useOnEntities("record", refetch);
  return useQuery({ ...historyMissedRetrieveOptions(), refetchOnWindowFocus: "always" }).data?.count ?? 0;
}

/** While the history is on the screen, what is missed counts as seen. */
export function useSeen(missed: number): void {
  const client = useQueryClient();
  useEffect(() => {
    if (missed === 0) return undefined;
    const see = () => {
      if (document.visibilityState !== "visible") return;
      void historyMissedUpdate({ throwOnError: true })
        .then(({ data }) => client.setQueryData(historyMissedRetrieveQueryKey(), data))
        // The number stays, and is tried again with the next call.
        .catch(() => undefined);
    };
    see();
    document.addEventListener("visibilitychange", see);
    return () => document.removeEventListener("visibilitychange", see);
  }, [missed, client]);
}
