/** Occurrences of plans as the calendar draws them. */
import type { ScheduleEventData } from "@mantine/schedule";

import type { Event } from "@/api/generated/types.gen";
import { later, minutesBetween, toWall } from "@/status/wall";

export type Shown = ScheduleEventData<{ event: Event }>;

/** Wall clock; an `end` of null: until it is changed. */
export interface Span {
  begin: string;
  end: string | null;
}

/** The key of an occurrence; that of a plan that happens once stays the same when it moves. */
export function keyOf({ plan, occurrence, repeats }: Pick<Event, "plan" | "occurrence" | "repeats">): string {
  return repeats ? `${plan} ${occurrence}` : plan;
}

/** When it is, in the person's wall clock. */
export function spanOf(event: Pick<Event, "starts" | "ends">, zone: string): Span {
  return { begin: toWall(event.starts, zone), end: event.ends === null ? null : toWall(event.ends, zone) };
}

/** As the calendar takes it. One without an end is drawn as one hour. */
export function shown(event: Event, { begin, end }: Span, title: string): Shown {
  return {
    id: keyOf(event),
    title,
    start: spaced(begin),
    end: spaced(end ?? later(begin, 1, "hour")),
    color: event.status?.colour ?? "gray",
    payload: { event },
  };
}

/** One whole day. */
export function dayOf(date: string): Span {
  const begin = `${date}T00:00`;
  return { begin, end: later(begin, 1, "day") };
}

/** What it is called: its title, else its status. */
export function nameOf(event: Pick<Event, "title" | "status">, usual: string): string {
  return event.title || (event.status?.name ?? usual);
}

/** From "2026-11-03 14:05:00", as the calendar says it, to "2026-11-03T14:05"; the last second of a day is midnight. */
export function wallOf(drawn: string): string {
  const wall = drawn.replace(" ", "T").slice(0, 16);
  return drawn.endsWith(":59") ? later(wall, 1, "minute") : wall;
}

/** Where an occurrence is after it was dropped at, or drawn from, `begin` to `end`. One that lasts over midnight is
 * drawn among the whole days and dropped on a day: it keeps its time. */
export function droppedAt({ all_day }: Event, before: Span, begin: string, end: string): Span {
  if (before.end === null) return { begin, end: null };
  const overnight = !all_day && before.begin.slice(0, 10) !== later(before.end, -1, "minute").slice(0, 10);
  if (!overnight) return { begin, end };
  const moved = `${begin.slice(0, 10)}T${before.begin.slice(11)}`;
  return { begin: moved, end: later(moved, minutesBetween(before.begin, before.end), "minute") };
}

/** The days around a date that its month view can show, as wall clock. */
export function spanAround(date: string): { begin: string; end: string } {
  const first = `${date.slice(0, 7)}-01T00:00`;
  return { begin: later(first, -7, "day"), end: later(first, 45, "day") };
}

/** Whether it can still be moved. */
export function open(event: Event): boolean {
  return event.state === "to_come" || event.state === "waiting";
}

/** Those of `events` that go on during `span`, without `not` itself. */
export function atTheSameTime(events: Event[], { begin, end }: Span, zone: string, not?: Event): Event[] {
  return events.filter((each) => {
    if (not && each.plan === not.plan) return false;
    const other = spanOf(each, zone);
    return other.begin < (end ?? "9") && (other.end ?? later(other.begin, 1, "minute")) > begin;
  });
}

function spaced(wall: string): string {
  return `${wall.replace("T", " ")}:00`;
}
