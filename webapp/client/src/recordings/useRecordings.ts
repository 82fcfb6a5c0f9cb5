/** Recordings, page by page. */
import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { recordingsList } from "@/api/generated/sdk.gen";
import type { RecordingsListData } from "@/api/generated/types.gen";
import { cursorOf } from "@/components/cursor";
import { useOnEntities } from "@/live/store";

/** How often the list is asked again: nothing tells that a recording came, nor that one is ready. */
const AGAIN_MS = { waiting: 3_000, usual: 15_000 };

/** What the server finds, asked again when a call has ended and now and then. */
export function useRecordings(query: NonNullable<RecordingsListData["query"]>) {
  const client = useQueryClient();
  const refetch = useCallback(() => void client.invalidateQueries({ queryKey: ["recordings"] }), [client]);
  useOnEntities("record", refetch);
  return useInfiniteQuery({
    queryKey: ["recordings", query],
    queryFn: async ({ pageParam, signal }) =>
      (await recordingsList({ query: { ...query, ...(pageParam && { cursor: pageParam }) }, signal, throwOnError: true })).data,
    initialPageParam: "",
    getNextPageParam: cursorOf,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some(({ results }) => results.some(({ state }) => state === "waiting")) ? AGAIN_MS.waiting : AGAIN_MS.usual,
  });
}
