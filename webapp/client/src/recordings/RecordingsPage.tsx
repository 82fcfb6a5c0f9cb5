import { Group, Paper, SegmentedControl } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconMicrophone } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";

import { recordingsList } from "@/api/generated/sdk.gen";
import { useMe } from "@/api/me";
import { cursorOf } from "@/components/cursor";
import { between, type Days } from "@/components/days";
import { DaysInput } from "@/components/DaysInput";
import { LinkButton } from "@/components/LinkButton";
import { Page } from "@/components/Page";
import { SearchInput } from "@/components/SearchInput";
import { EmptyState, Loading, LoadingFailed } from "@/components/states";
import { VirtualList } from "@/components/VirtualList";
import { useOnEntities } from "@/live/store";
import { RecordingRow } from "@/recordings/RecordingRow";

const route = getRouteApi("/signed-in/recordings");
const KINDS = ["all", "personal", "rule"] as const;
type Kind = (typeof KINDS)[number];
const ROW = 69;
/** How often the list is asked again: nothing tells that a recording came, nor that one is ready. */
const AGAIN_MS = { waiting: 3_000, usual: 15_000 };

/** Recordings of calls: find, play, download, delete. */
export function RecordingsPage() {
  const { t } = useTranslation("recordings");
  const { call } = route.useSearch();
  const { shown_time_zone: zone } = useMe();
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 200);
  const [days, setDays] = useState<Days>([null, null]);
  const [kind, setKind] = useState<Kind>("all");
  const query = {
    ...(q && { q }),
    ...(call && { call }),
    ...(kind !== "all" && { personal: kind === "personal" }),
    ...between(days, zone),
  };
  const client = useQueryClient();
  const refetch = useCallback(() => void client.invalidateQueries({ queryKey: ["recordings"] }), [client]);
  useOnEntities("record", refetch);
  const found = useInfiniteQuery({
    queryKey: ["recordings", query],
    queryFn: async ({ pageParam, signal }) =>
      (await recordingsList({ query: { ...query, ...(pageParam && { cursor: pageParam }) }, signal, throwOnError: true })).data,
    initialPageParam: "",
    getNextPageParam: cursorOf,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some(({ results }) => results.some(({ state }) => state === "waiting")) ? AGAIN_MS.waiting : AGAIN_MS.usual,
  });
  const all = found.data?.pages.flatMap((page) => page.results) ?? [];
  const searching = Object.keys(query).length > 0;
  const more = found.hasNextPage && !found.isFetchingNextPage ? () => void found.fetchNextPage() : undefined;
  return (
    <Page title={t("title")} width={960}>
      <Group mb="md" gap="sm">
        <SearchInput label={t("search")} value={text} onChange={setText} />
        <DaysInput value={days} onChange={setDays} />
        <SegmentedControl
          aria-label={t("kind.label")}
          data={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
          value={kind}
          onChange={setKind}
        />
        {call !== undefined && (
          <LinkButton to="/recordings" variant="light" size="sm">
            {t("showAll")}
          </LinkButton>
        )}
      </Group>
      {found.error && <LoadingFailed error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Loading />}
      {found.isSuccess && all.length === 0 && (
        <EmptyState
          icon={IconMicrophone}
          title={searching ? t("emptySearch") : t("empty")}
          text={searching ? t("emptySearchText") : t("emptyText")}
        />
      )}
      {all.length > 0 && (
        <Paper withBorder>
          <VirtualList
            label={t("list")}
            items={all}
            keyOf={(each) => each.id}
            height={ROW}
            more={more}
            row={(each) => <RecordingRow recording={each} open={call !== undefined} />}
          />
        </Paper>
      )}
    </Page>
  );
}
