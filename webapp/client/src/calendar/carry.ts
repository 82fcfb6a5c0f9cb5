/** Moving an occurrence by keyboard: Space takes it up, arrows carry it, Shift and arrows change its end, Enter
 * puts it down, Escape leaves it where it was. */
import { type KeyboardEvent, useEffect, useRef, useState } from "react";

import type { Event } from "@/api/generated/types.gen";
import { keyOf, open, type Span, spanOf } from "@/calendar/events";
import { later } from "@/status/wall";

export interface Carried extends Span {
  event: Event;
}

const STEP = 15; // minutes
const DAY = 24 * 60;
const MINUTES: Record<string, [byDay: number, byWeek: number]> = {
  ArrowUp: [-STEP, -7 * DAY],
  ArrowDown: [STEP, 7 * DAY],
  ArrowLeft: [-DAY, -DAY],
  ArrowRight: [DAY, DAY],
};

/** Where a key brings it; null: nowhere. `days`: the view has no times, or it takes whole days. */
export function carriedTo({ begin, end }: Span, key: string, stretch: boolean, days: boolean): Span | null {
  const minutes = MINUTES[key]?.[days ? 1 : 0];
  if (minutes === undefined) return null;
  if (!stretch) return { begin: later(begin, minutes, "minute"), end: end && later(end, minutes, "minute") };
  const longer = end && later(end, minutes, "minute");
  return longer && longer > begin ? { begin, end: longer } : null;
}

interface Options {
  zone: string;
  /** A month: arrows go by days and weeks. */
  days: boolean;
  put: (event: Event, to: Span) => void;
  /** The view has to show this day. */
  follow: (day: string) => void;
}

export function useCarry({ zone, days, put, follow }: Options) {
  const [carried, setCarried] = useState<Carried | null>(null);
  const held = useRef<string | null>(null);
  useEffect(() => {
    // On another day it is drawn as another element, and the one with the focus is gone.
    if (held.current === null || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`[data-event-id="${held.current}"]`)?.focus();
  });

  const leave = () => {
    held.current = null;
    setCarried(null);
  };
  const step = (event: Event, to: Span | null) => {
    if (to === null) return;
    setCarried({ event, ...to });
    follow(to.begin.slice(0, 10));
  };
  const onKeyDown = (event: Event, pressed: KeyboardEvent) => {
    if (carried === null || keyOf(carried.event) !== keyOf(event)) {
      if (pressed.key !== " " || !open(event)) return;
      pressed.preventDefault();
      held.current = keyOf(event);
      setCarried({ event, ...spanOf(event, zone) });
      return;
    }
    if (pressed.key === "Tab") {
      leave();
      return;
    }
    pressed.preventDefault();
    pressed.stopPropagation();
    if (pressed.key === "Escape") setCarried(null);
    else if (pressed.key === "Enter" || pressed.key === " ") {
      setCarried(null);
      const { begin, end } = spanOf(event, zone);
      if (begin !== carried.begin || end !== carried.end) put(event, carried);
    } else step(event, carriedTo(carried, pressed.key, pressed.shiftKey, days || event.all_day));
  };
  return { carried, onKeyDown, leave };
}
