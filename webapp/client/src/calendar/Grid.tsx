import "@mantine/schedule/styles.css";
import "dayjs/locale/nl";

import { DayView, MonthView, type ScheduleEventData, WeekView } from "@mantine/schedule";
import { VisuallyHidden } from "@mantine/core";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Event } from "@/api/generated/types.gen";
import { useMe } from "@/api/me";
import classes from "@/calendar/Calendar.module.css";
import { useCarry } from "@/calendar/carry";
import { DrawnEvent, eventOf, EventText, HELP } from "@/calendar/DrawnEvent";
import { dayOf, droppedAt, keyOf, nameOf, open, shown, type Span, spanOf, wallOf } from "@/calendar/events";
import { MARKS, useNames } from "@/calendar/names";
import { usePlans } from "@/calendar/plans";
import { ask, type Asked } from "@/calendar/PlanDialog";
import { type Dropped, useTimes } from "@/calendar/useTimes";
import { useWallFormat } from "@/calendar/useWallFormat";
import { type View, weekOf } from "@/calendar/views";
import { fromWall } from "@/status/wall";

interface Props {
  view: Exclude<View, "list">;
  events: Event[];
  date: string;
  setDate: (date: string) => void;
  setView: (view: View) => void;
  setAsked: (asked: Asked) => void;
}


/** A day, a week or a month to click and to drag in. */
export function Grid({ view, events, date, setDate, setView, setAsked }: Props) {
  const { t, i18n } = useTranslation("calendar");
  const { shown_time_zone: zone } = useMe();
  const format = useWallFormat();
  const { move } = usePlans();
  const root = useRef<HTMLDivElement>(null);
  useNames(root, view === "week" ? weekOf(date).first : "");
  const put = (event: Event, { begin, end }: Span) =>
    move(event, { starts: fromWall(begin, zone), ends: end && fromWall(end, zone) });
  const { carried, onKeyDown, leave } = useCarry({ zone, days: view === "month", put, follow: setDate });
  const draw = (event: Event, span: Span) => {
    const name = nameOf(event, t("usual"));
    const days = view === "day" && event.all_day ? dayOf(date) : span; // the library knows no longer ones there
    return shown(event, days, event.all_day ? name : `${format.time(span.begin)} ${name}`);
  };
  const drawn = events
    .filter((event) => !carried || keyOf(event) !== keyOf(carried.event))
    .map((event) => draw(event, spanOf(event, zone)));
  if (carried) drawn.push(draw(carried.event, carried));

  const dropped = ({ event, newStart, newEnd }: Dropped) =>
    put(eventOf(event), droppedAt(eventOf(event), spanOf(eventOf(event), zone), wallOf(newStart), wallOf(newEnd)));
  const changeable = (event: ScheduleEventData) => open(eventOf(event));
  const common = {
    date,
    events: drawn,
    locale: i18n.language,
    withHeader: false,
    withEventsDragAndDrop: true,
    canDragEvent: changeable,
    onEventDrop: dropped,
    onEventClick: (event: ScheduleEventData) => setAsked({ event: eventOf(event) }),
    withDragSlotSelect: true,
    labels: { timeSlot: t("add"), allDay: t("allDay"), week: t("view.week"), moreLabel: (count: number) => t("view.moreLabel", { count }) },
    renderEventBody: (event: ScheduleEventData) => <EventText drawn={event} row={view === "month"} />,
    renderEvent: (event: ScheduleEventData, rest: object) => (
      <DrawnEvent drawn={event} rest={rest} carried={carried !== null && keyOf(carried.event) === event.id} onKeyDown={onKeyDown} />
    ),
  };
  const times = useTimes({ dropped, changeable, setAsked, opened: view });
  return (
    <div ref={root} onPointerDown={leave}>
      <p id={HELP} hidden>
        {t("help")}
      </p>
      <VisuallyHidden role="status">
        {carried && `${format.day(carried.begin)}, ${format.span(carried, carried.event.all_day)}`}
      </VisuallyHidden>
      {view === "week" && (
        <WeekView
          {...common}
          {...times}
          attributes={MARKS}
          firstDayOfWeek={1}
          highlightToday
          weekdayFormat={(day) => `${format.shortDay(day).split(" ")[0]} `} // read as one word with the number otherwise
          classNames={{ weekViewAllDaySlots: classes["wholeDays"] ?? "" }}
          onDateChange={setDate}
          onViewChange={setView as (view: string) => void}
        />
      )}
      {view === "day" && (
        <DayView {...common} {...times} classNames={{ dayViewAllDay: classes["wholeDay"] ?? "" }} />
      )}
      {view === "month" && (
        <MonthView
          {...common}
          firstDayOfWeek={1}
          highlightToday
          maxEventsPerDay={3}
          consistentWeeks={false}
          weekdayFormat={(day) => format.shortDay(day).split(" ")[0] ?? ""}
          classNames={{ monthViewDay: classes["day"] ?? "" }}
          getDayProps={(day) => ({ "aria-label": t("view.planDay", { day: format.shortDay(day) }) })}
          onDayClick={(day) => setAsked(ask(`${day.slice(0, 10)}T09:00`))}
          onSlotDragEnd={(from, to) => setAsked(ask(wallOf(from), wallOf(to), true))}
        />
      )}
    </div>
  );
}
