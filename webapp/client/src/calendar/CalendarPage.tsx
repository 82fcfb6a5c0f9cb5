import { Button, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { statusPlansExpandListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { useMe } from "@/api/me";
import { CalendarHeader } from "@/calendar/CalendarHeader";
import { spanAround } from "@/calendar/events";
import { Grid } from "@/calendar/Grid";
import { ask, type Asked, PlanDialog } from "@/calendar/PlanDialog";
import { PlanList } from "@/calendar/PlanList";
import { NARROW, type View, WIDE } from "@/calendar/views";
import { Page } from "@/components/Page";
import { Loading, LoadingFailed } from "@/components/states";
import { fromWall, nextQuarter, toWall } from "@/status/wall";

/** Statuses of the days ahead: a week, a month or a day to drag in, or a list. */
export function CalendarPage() {
  const { t } = useTranslation("calendar");
  const { shown_time_zone: zone, extensions } = useMe();
  const wide = useMediaQuery("(min-width: 48em)", true, { getInitialValueInEffect: false });
  const today = toWall(new Date(), zone).slice(0, 10);
  const [date, setDate] = useState(today);
  const [chosen, setView] = useState<View>(wide ? "week" : "list");
  const [asked, setAsked] = useState<Asked | null>(null);
  const { begin, end } = spanAround(date);
  const events = useQuery({
    ...statusPlansExpandListOptions({ query: { begin: fromWall(begin, zone), end: fromWall(end, zone) } }),
    placeholderData: keepPreviousData,
  });
  if (extensions.length === 0) return <Page title={t("title")}>{t("noExtension")}</Page>;
  const views = wide ? WIDE : NARROW;
  const view = views.includes(chosen) ? chosen : "list";
  const soon = nextQuarter(toWall(new Date(), zone));
  const add = () => setAsked(ask(date === today ? soon : `${date}T09:00`));
  return (
    <Page
      title={t("title")}
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={add}>
          {t("add")}
        </Button>
      }
    >
      <CalendarHeader {...{ view, views, setView, date, today, setDate }} />
      {events.isPending && <Loading />}
      {events.isError && <LoadingFailed error={events.error} retry={() => void events.refetch()} />}
      {events.data &&
        (view === "list" ? (
          <PlanList events={events.data} date={date} today={today} choose={(event) => setAsked({ event })} />
        ) : (
          <Grid events={events.data} {...{ view, date, setDate, setView, setAsked }} />
        ))}
      <Text size="sm" c="dimmed" mt="xs">
        {t(view === "list" ? "zone" : "hint", { zone })}
      </Text>
      {asked && <PlanDialog asked={asked} others={events.data ?? []} close={() => setAsked(null)} />}
    </Page>
  );
}
