import { Group, Paper, SegmentedControl } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconRecordMail } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";

import { voicemailList } from "@/api/generated/sdk.gen";
import type { Message } from "@/api/generated/types.gen";
import { cursorOf } from "@/components/cursor";
import { SearchInput } from "@/components/SearchInput";
import { EmptyState, Loading, LoadingFailed } from "@/components/states";
import { VirtualList } from "@/components/VirtualList";
import { useOnEntities } from "@/live/store";
import { MessageRow } from "@/voicemail/MessageRow";
import { FOLDERS, type Folder, queryOf } from "@/voicemail/folders";

const ROW = 69;

/** The messages of one mailbox, kept live. `first`: the one that is open at first. */
export function Messages({ mailbox, first }: { mailbox: string; first: Message | undefined }) {
  const { t } = useTranslation("voicemail");
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 200);
  const [folder, setFolder] = useState<Folder>(first?.deleted_at ? "deleted" : "all");
  const [open, setOpen] = useState(first?.id ?? "");
  const client = useQueryClient();
  const refetch = useCallback(() => void client.invalidateQueries({ queryKey: ["voicemail"] }), [client]);
  useOnEntities("mailbox", refetch);
  const query = queryOf(mailbox, folder, q);
  const found = useInfiniteQuery({
    queryKey: ["voicemail", query],
    queryFn: async ({ pageParam, signal }) =>
      (await voicemailList({ query: { ...query, ...(pageParam && { cursor: pageParam }) }, signal, throwOnError: true })).data,
    initialPageParam: "",
    getNextPageParam: cursorOf,
    placeholderData: keepPreviousData,
  });
  const all = found.data?.pages.flatMap((page) => page.results) ?? [];
  const nothing = q ? "Search" : folder === "new" ? "New" : folder === "deleted" ? "Deleted" : "";
  const more = found.hasNextPage && !found.isFetchingNextPage ? () => void found.fetchNextPage() : undefined;
  return (
    <>
      <Group mb="md" gap="sm">
        <SearchInput label={t("search")} value={text} onChange={setText} />
        <SegmentedControl
          aria-label={t("show.label")}
          data={FOLDERS.map((value) => ({ value, label: t(`show.${value}`) }))}
          value={folder}
          onChange={setFolder}
        />
      </Group>
      {found.error && <LoadingFailed error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Loading />}
      {found.isSuccess && all.length === 0 && (
        <EmptyState icon={IconRecordMail} title={t(`empty${nothing}`)} text={t(`empty${nothing}Text`)} />
      )}
      {all.length > 0 && (
        <Paper withBorder>
          <VirtualList
            label={t("list")}
            items={all}
            keyOf={(each) => each.id}
            height={ROW}
            more={more}
            row={(each) => (
              <MessageRow
                message={each}
                open={open === each.id}
                toggle={() => setOpen(open === each.id ? "" : each.id)}
              />
            )}
          />
        </Paper>
      )}
    </>
  );
}
