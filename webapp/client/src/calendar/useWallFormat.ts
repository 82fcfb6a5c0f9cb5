/** Wall times as the person reads them. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";
import type { Span } from "@/calendar/events";
import { type Format, format } from "@/components/format";
import { later } from "@/status/wall";

export interface WallFormat extends Pick<Format, "time" | "day" | "date"> {
  /** "Mon 23 November" */
  shortDay: (wall: string) => string;
  /** "09:00 – 10:30"; with days where it ends on another one. */
  span: (span: Span, allDay: boolean) => string;
  /** "16 – 22 November 2026" */
  days: (first: string, last: string) => string;
  month: (wall: string) => string;
}

/** Formats of wall times ("2026-11-03T14:05") in the language and with the clock of who is signed in. */
export function useWallFormat(): WallFormat {
  const { t, i18n } = useTranslation("calendar");
  const twelve = useMe().preferences.time_format === "12";
  return useMemo(() => {
    const locale = i18n.language === "en" ? "en-GB" : i18n.language;
    const { time, day, date } = format(i18n.language, "UTC", twelve);
    const at = (wall: string) => new Date(`${wall.slice(0, 10)}T${wall.slice(11, 16) || "12:00"}:00Z`);
    const long = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" } as const;
    const form = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
    const [short, whole] = [form({ weekday: "short", day: "numeric", month: "long" }), form(long)];
    const month = form({ month: "long", year: "numeric" });
    const edge = (wall: string, other: string) =>
      wall.slice(0, 10) === other.slice(0, 10) ? time(at(wall)) : `${short.format(at(wall))} ${time(at(wall))}`;
    const span = ({ begin, end }: Span, allDay: boolean) => {
      if (!allDay) return end === null ? t("from", { time: time(at(begin)) }) : `${edge(begin, begin)} – ${edge(end, begin)}`;
      const last = end === null ? begin : later(end, -1, "minute");
      return last.slice(0, 10) === begin.slice(0, 10)
        ? t("allDay")
        : `${short.format(at(begin))} – ${short.format(at(last))}`;
    };
    return {
      time: (wall) => time(at(String(wall))),
      day: (wall) => day(at(String(wall))),
      date: (wall) => date(at(String(wall))),
      shortDay: (wall) => short.format(at(wall)),
      month: (wall) => month.format(at(wall)),
      days: (first, last) => whole.formatRange(at(first), at(last)),
      span,
    };
  }, [t, i18n.language, twelve]);
}
