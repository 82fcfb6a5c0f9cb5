/** Occurrences of plans as the calendar draws them. */
import type { ScheduleEventData } from "@mantine/schedule";

import type { Event } from "@/api/generated/types.gen";
import { later, toWall } from "@/status/wall";

export type Shown = ScheduleEventData<{ event: Event }>;

export interface Span {
  begin: string;
  end: string;
}

/** The key of an occurrence. */
export function keyOf(event: Pick<Event, "plan" | "occurrence">): string {
  return `${event.plan} ${event.occurrence}`;
}

/** In the person's wall clock. One without an end is drawn as one hour. */
export function shown(event: Event, zone: string, usual: string): Shown {
  const start = toWall(event.starts, zone);
  const end = event.ends === null ? later(start, 1, "hour") : toWall(event.ends, zone);
  return {
    id: keyOf(event),
    title: event.title || (event.status?.name ?? usual),
    start: spaced(start),
    end: spaced(end),
    color: event.status?.colour ?? "gray",
    payload: { event },
  };
}

/** From "2026-11-03 14:05:00", as the calendar says it, to "2026-11-03T14:05". */
export function wallOf(drawn: string): string {
  return drawn.replace(" ", "T").slice(0, 16);
}

/** The days around a date that its month view can show, as wall clock. */
export function spanAround(date: string): Span {
  const first = `${date.slice(0, 7)}-01T00:00`;
  return { begin: later(first, -7, "day"), end: later(first, 45, "day") };
}

/** Whether it can still be changed. */
export function open(event: Event): boolean {
  return event.state === "to_come" || event.state === "waiting";
}

function spaced(wall: string): string {
  return `${wall.replace("T", " ")}:00`;
}
