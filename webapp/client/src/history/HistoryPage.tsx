import { Button, Group, Paper, SegmentedControl, Switch, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconHistory } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Item } from "@/api/generated/types.gen";
import { useMe } from "@/api/me";
import type { Days } from "@/components/days";
import { DaysInput } from "@/components/DaysInput";
import { useFormat } from "@/components/format";
import { Page } from "@/components/Page";
import { SearchInput } from "@/components/SearchInput";
import { EmptyState, Loading, LoadingFailed } from "@/components/states";
import { VirtualList } from "@/components/VirtualList";
import { CallDrawer } from "@/history/CallDrawer";
import { CallRow } from "@/history/CallRow";
import { useMissed, useSeen } from "@/history/missed";
import { queryOf, rowsOf, SHOWN, type Shown } from "@/history/shown";
import { useHistory } from "@/history/useHistory";

const route = getRouteApi("/signed-in/history");
const ROW = 65;

/** Calls of before, of all devices, newest first; what just ended comes by itself. */
export function HistoryPage() {
  const { t } = useTranslation("history");
  const { show: shown = "all" } = route.useSearch();
  const navigate = route.useNavigate();
  const { shown_time_zone: zone } = useMe();
  const format = useFormat();
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 200);
  const [days, setDays] = useState<Days>([null, null]);
  const [bundled, setBundled] = useState(true);
  const [open, setOpen] = useState<Item | null>(null);
  useSeen(useMissed());
  const found = useHistory(queryOf({ shown, q, days, bundled }, zone));
  const rows = useMemo(
    () => rowsOf(found.data?.pages.flatMap((page) => page.results) ?? [], format.isoDay),
    [found.data, format],
  );
  const show = (chosen: Shown) => void navigate({ search: chosen === "all" ? {} : { show: chosen }, replace: true });
  const clear = () => {
    setText("");
    setDays([null, null]);
    show("all");
  };
  const more = found.hasNextPage && !found.isFetchingNextPage ? () => void found.fetchNextPage() : undefined;
  return (
    <Page title={t("title")} width={960}>
      <Group mb="md" gap="sm">
        <SearchInput label={t("search")} value={text} onChange={setText} />
        <DaysInput value={days} onChange={setDays} />
        <SegmentedControl
          aria-label={t("show.label")}
          data={SHOWN.map((value) => ({ value, label: t(`show.${value}`) }))}
          value={shown}
          onChange={show}
        />
        <Switch
          label={t("bundle")}
          checked={bundled}
          onChange={(event) => setBundled(event.currentTarget.checked)}
        />
      </Group>
      {found.error && <LoadingFailed error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Loading />}
      {found.isSuccess && rows.length === 0 && (
        <NoCalls shown={shown} searched={q !== "" || days[0] !== null} clear={clear} />
      )}
      {rows.length > 0 && (
        <Paper withBorder>
          <VirtualList
            label={t("list")}
            items={rows}
            keyOf={(row) => ("day" in row ? `day-${row.day}` : String(row.item.id))}
            height={ROW}
            more={more}
            row={(row) =>
              "day" in row ? (
                <Text size="sm" fw={600} c="dimmed" px="md" pt="md" pb={4}>
                  {format.day(row.day)}
                </Text>
              ) : (
                <CallRow item={row.item} open={() => setOpen(row.item)} />
              )
            }
          />
        </Paper>
      )}
      <CallDrawer item={open} close={() => setOpen(null)} />
    </Page>
  );
}

interface NoCallsProps {
  shown: Shown;
  searched: boolean;
  clear: () => void;
}

/** Why there is nothing, and the way back to all calls when that is by what was asked for. */
function NoCalls({ shown, searched, clear }: NoCallsProps) {
  const { t } = useTranslation("history");
  const around = useTranslation("around").t;
  const why = searched || shown === "in" || shown === "out" ? "Search" : shown === "missed" ? "Missed" : "";
  return (
    <EmptyState icon={IconHistory} title={t(`empty${why}`)} text={t(`empty${why}Text`)}>
      {why === "Search" && (
        <Button variant="light" onClick={clear}>
          {around("clearFilters")}
        </Button>
      )}
    </EmptyState>
  );
}
