/** Times, durations and numbers in the person's language and time zone. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";

export interface Format {
  /** 14:05 */
  time: (at: When) => string;
  /** 3 Nov 2026 */
  date: (at: When) => string;
  /** Tuesday 3 November */
  day: (at: When) => string;
  /** 3 Nov 2026, 14:05 */
  dateTime: (at: When) => string;
  /** The time when it is of today, else the date. */
  short: (at: When) => string;
  /** The time when it is of today, else date and time. */
  until: (at: When) => string;
  /** The calendar day in the person's zone, 2026-11-03: to group by. */
  isoDay: (at: When) => string;
  number: (value: number) => string;
}

/** ISO 8601 from REST, Unix seconds from /ws/live, or a Date. */
export type When = string | number | Date;

export function toDate(at: When): Date {
  return typeof at === "number" ? new Date(at * 1000) : new Date(at);
}

/** Formats for a BCP 47 language and an IANA zone; `twelve`: hours to 12, with am and pm. */
export function format(language: string, timeZone: string, twelve = false): Format {
  const locale = language === "en" ? "en-GB" : language;
  const hour = { hour: twelve ? "numeric" : "2-digit", hourCycle: twelve ? "h12" : "h23" } as const;
  const form = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone, ...options });
  const time = form({ ...hour, minute: "2-digit" });
  const date = form({ day: "numeric", month: "short", year: "numeric" });
  const day = form({ weekday: "long", day: "numeric", month: "long" });
  const dateTime = form({ day: "numeric", month: "short", year: "numeric", ...hour, minute: "2-digit" });
  const iso = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  const number = new Intl.NumberFormat(locale);
  const isoDay = (at: When) => iso.format(toDate(at));
  const today = (at: When) => isoDay(at) === isoDay(new Date());
  return {
    time: (at) => time.format(toDate(at)),
    date: (at) => date.format(toDate(at)),
    day: (at) => day.format(toDate(at)),
    dateTime: (at) => dateTime.format(toDate(at)),
    short: (at) => (today(at) ? time : date).format(toDate(at)),
    until: (at) => (today(at) ? time : dateTime).format(toDate(at)),
    isoDay,
    number: (value) => number.format(value),
  };
}

/** Formats for the person who is signed in. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  const { shown_time_zone: zone, preferences } = useMe();
  const twelve = preferences.time_format === "12";
  return useMemo(() => format(i18n.language, zone, twelve), [i18n.language, zone, twelve]);
}

/** 0:07, 12:34, 1:02:03. `seconds` may have a fraction; negative ones (clocks that differ) count as 0. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
