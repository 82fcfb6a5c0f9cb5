/** Calls of before, page by page. */
import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { historyRetrieve } from "@/api/generated/sdk.gen";
import type { HistoryQuery } from "@/history/shown";
import { useOnEntities } from "@/live/store";

/** What the server finds, asked again when a call has ended. */
export function useHistory(query: HistoryQuery) {
  const client = useQueryClient();
  const refetch = useCallback(() => void client.invalidateQueries({ queryKey: ["history"] }), [client]);
  useOnEntities("record", refetch);
  return useInfiniteQuery({
    queryKey: ["history", query],
    queryFn: async ({ pageParam, signal }) =>
      (await historyRetrieve({ query: { ...query, ...(pageParam && { after: pageParam }) }, signal, throwOnError: true })).data,
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
}
