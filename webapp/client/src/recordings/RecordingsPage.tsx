import { Button, Group, Paper, SegmentedControl } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconMicrophone } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";
import { between, type Days } from "@/components/days";
import { DaysInput } from "@/components/DaysInput";
import { LinkButton } from "@/components/LinkButton";
import { Page } from "@/components/Page";
import { SearchInput } from "@/components/SearchInput";
import { EmptyState, Loading, LoadingFailed } from "@/components/states";
import { VirtualList } from "@/components/VirtualList";
import { RecordingRow } from "@/recordings/RecordingRow";
import { useRecordings } from "@/recordings/useRecordings";

const route = getRouteApi("/signed-in/recordings");
const KINDS = ["all", "personal", "rule"] as const;
type Kind = (typeof KINDS)[number];
const ROW = 69;

/** Recordings of calls: find, play, download, delete. */
export function RecordingsPage() {
  const { t } = useTranslation("recordings");
  const around = useTranslation("around").t;
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
  const found = useRecordings(query);
  const all = found.data?.pages.flatMap((page) => page.results) ?? [];
  const searching = Object.keys(query).length > 0;
  const navigate = route.useNavigate();
  const clear = () => {
    setText("");
    setDays([null, null]);
    setKind("all");
    void navigate({ search: {}, replace: true });
  };
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
        >
          {searching && (
            <Button variant="light" onClick={clear}>
              {around("clearFilters")}
            </Button>
          )}
        </EmptyState>
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
