import "@mantine/schedule/styles.css";
import "dayjs/locale/nl";

import { Button, Group, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { Schedule, type ScheduleEventData, type ScheduleViewLevel } from "@mantine/schedule";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { statusPlansExpandListOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Event } from "@/api/generated/types.gen";
import { useMe } from "@/api/me";
import { Page } from "@/components/Page";
import { Loading, LoadingFailed } from "@/components/states";
import { ask, type Asked, PlanDialog } from "@/calendar/PlanDialog";
import { open, shown, spanAround, wallOf } from "@/calendar/events";
import { labelsOf } from "@/calendar/labels";
import { PlanList } from "@/calendar/PlanList";
import { usePlans } from "@/calendar/plans";
import { fromWall, toWall } from "@/status/wall";

/** Statuses of the days ahead: a week or a month to drag in, a list on a phone. */
export function CalendarPage() {
  const { t } = useTranslation("calendar");
  const { shown_time_zone: zone, extensions } = useMe();
  const wide = useMediaQuery("(min-width: 48em)", true, { getInitialValueInEffect: false });
  const [date, setDate] = useState(() => toWall(new Date(), zone).slice(0, 10));
  const [asked, setAsked] = useState<Asked | null>(null);
  const { begin, end } = spanAround(date);
  const events = useQuery({
    ...statusPlansExpandListOptions({ query: { begin: fromWall(begin, zone), end: fromWall(end, zone) } }),
    placeholderData: keepPreviousData,
  });
  if (extensions.length === 0) return <Page title={t("title")}>{t("noExtension")}</Page>;
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAsked(ask(toWall(new Date(), zone)))}>
      {t("add")}
    </Button>
  );
  return (
    <Page title={t("title")} actions={add}>
      {events.isPending && <Loading />}
      {events.isError && <LoadingFailed error={events.error} retry={() => void events.refetch()} />}
      {events.data &&
        (wide ? (
          <Drawn events={events.data} date={date} setDate={setDate} setAsked={setAsked} />
        ) : (
          <PlanList events={events.data} date={date} setDate={setDate} choose={(event) => setAsked({ event })} />
        ))}
      {asked && <PlanDialog asked={asked} close={() => setAsked(null)} />}
    </Page>
  );
}

interface DrawnProps {
  events: Event[];
  date: string;
  setDate: (date: string) => void;
  setAsked: (asked: Asked) => void;
}

function Drawn({ events, date, setDate, setAsked }: DrawnProps) {
  const { t, i18n } = useTranslation("calendar");
  const { shown_time_zone: zone } = useMe();
  const { moveOne, change } = usePlans();
  const [view, setView] = useState<ScheduleViewLevel>("week");
  const eventOf = (drawn: ScheduleEventData) => drawn.payload?.["event"] as Event;
  const changeable = (drawn: ScheduleEventData) => open(eventOf(drawn));
  const moved = ({ event: drawn, newStart, newEnd }: { event: ScheduleEventData; newStart: string; newEnd: string }) => {
    const event = eventOf(drawn);
    const ends = event.ends === null ? null : fromWall(wallOf(newEnd), zone);
    const times = { starts: fromWall(wallOf(newStart), zone), ends };
    if (event.repeats) moveOne(event, times);
    else change(event.plan, times);
  };
  return (
    <>
      <Schedule
        events={events.map((event) => shown(event, zone, t("usual")))}
        date={date}
        onDateChange={(chosen) => setDate(chosen.slice(0, 10))}
        view={view}
        onViewChange={setView}
        locale={i18n.language}
        labels={labelsOf(t)}
        withEventsDragAndDrop
        canDragEvent={changeable}
        onEventDrop={moved}
        withEventResize
        canResizeEvent={(drawn) => changeable(drawn) && eventOf(drawn).ends !== null}
        onEventResize={moved}
        withDragSlotSelect
        onSlotDragEnd={(from, to) => setAsked(ask(wallOf(from), wallOf(to)))}
        onTimeSlotClick={({ slotStart, slotEnd }) => setAsked(ask(wallOf(slotStart), wallOf(slotEnd)))}
        onAllDaySlotClick={(day) => setAsked(ask(`${day.slice(0, 10)}T00:00`, undefined, true))}
        onDayClick={(day) => setAsked(ask(`${day.slice(0, 10)}T09:00`))}
        onEventClick={(drawn) => setAsked({ event: eventOf(drawn) })}
        weekViewProps={{ firstDayOfWeek: 1, startScrollTime: "07:00:00" }}
        dayViewProps={{ startScrollTime: "07:00:00" }}
        monthViewProps={{ firstDayOfWeek: 1 }}
      />
      <Group mt="xs">
        <Text size="sm" c="dimmed">
          {t("hint", { zone })}
        </Text>
      </Group>
    </>
  );
}
