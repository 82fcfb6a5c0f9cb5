/** What views with hours have in common. */
import type { ScheduleEventData } from "@mantine/schedule";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";
import { eventOf } from "@/calendar/DrawnEvent";
import { wallOf } from "@/calendar/events";
import { ask, type Asked } from "@/calendar/PlanDialog";
import { useScrolledTo } from "@/calendar/useScrolledTo";
import { useWallFormat } from "@/calendar/useWallFormat";
import { toWall } from "@/status/wall";

const QUARTER = 15;
const HOUR = 52; // px
const OPENS_AT = 7.5; // o'clock

/** An occurrence was dropped, or an edge of it. */
export interface Dropped {
  event: ScheduleEventData;
  newStart: string;
  newEnd: string;
}

interface Options {
  dropped: (what: Dropped) => void;
  changeable: (event: ScheduleEventData) => boolean;
  setAsked: (asked: Asked) => void;
  /** Another one begins at the working day again. */
  opened: string;
}

/** Props of a view of a day or a week: quarters of an hour, opened at the working day. */
export function useTimes({ dropped, changeable, setAsked, opened }: Options) {
  const { t } = useTranslation("calendar");
  const { shown_time_zone: zone } = useMe();
  const format = useWallFormat();
  const viewport = useScrolledTo(OPENS_AT * HOUR, opened);
  return {
    intervalMinutes: 30,
    eventDragInterval: QUARTER,
    eventResizeInterval: QUARTER,
    withEventResize: true,
    canResizeEvent: (event: ScheduleEventData) => changeable(event) && eventOf(event).ends !== null,
    onEventResize: dropped,
    slotHeight: HOUR,
    slotLabelFormat: format.time,
    scrollAreaProps: { mah: "calc(100dvh - 260px)", scrollbarSize: 8, viewportRef: viewport },
    getCurrentTime: () => toWall(new Date(), zone),
    getTimeSlotProps: ({ start, end }: { start: string; end: string }) => ({
      "aria-label": t("view.planAt", { day: format.shortDay(start), time: format.span({ begin: wallOf(start), end: wallOf(end) }, false) }),
    }),
    onTimeSlotClick: ({ slotStart }: { slotStart: string }) => setAsked(ask(wallOf(slotStart))),
    onSlotDragEnd: (from: string, to: string) => setAsked(ask(wallOf(from), wallOf(to))),
    onAllDaySlotClick: (day: string) => setAsked(ask(`${day.slice(0, 10)}T00:00`, undefined, true)),
  };
}
