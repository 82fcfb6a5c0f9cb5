/** Repetition rules in words. */
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import { DAYS, type Day, fromRule, type Repetition } from "@/calendar/rule";
import { type Format, useFormat } from "@/components/format";

const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** "Monday", in a language. */
export function weekday(day: Day, language: string, width: "long" | "short" = "long"): string {
  const form = new Intl.DateTimeFormat(language, { weekday: width, timeZone: "UTC" });
  return form.format(MONDAY + DAYS.indexOf(day) * DAY_MS);
}

/** "every 2 weeks on Monday and Friday, 6 times" */
export function words(rule: Repetition, t: TFunction<"calendar">, language: string, format: Format): string {
  if (rule.frequency === "") return t("frequency.ONCE");
  const parts = [t(`said.${rule.frequency}`, { count: rule.interval }), daysOf(rule, t, language)].filter(Boolean);
  const whole = parts.join(" ");
  if (rule.end === "count") return t("said.times", { whole, count: rule.count });
  if (rule.end === "until" && rule.until) return t("said.until", { whole, day: format.date(`${rule.until}T12:00:00Z`) });
  return whole;
}

/** The function that says a rule in the person's language; one that the form does not know as it is written. */
export function useWords(): (rule: string | Repetition | null) => string {
  const { t, i18n } = useTranslation("calendar");
  const format = useFormat();
  return (rule) => {
    const known = typeof rule === "string" ? fromRule(rule) : rule;
    return known ? words(known, t, i18n.language, format) : t("said.other", { rule });
  };
}

function daysOf({ frequency, days, monthly }: Repetition, t: TFunction<"calendar">, language: string): string {
  if (frequency === "MONTHLY" && monthly.on === "last") return t("said.lastDay");
  if (frequency === "MONTHLY" && monthly.on === "weekday") {
    return t("said.nth", { place: t(`place.${monthly.place}`), day: weekday(monthly.day, language) });
  }
  if (frequency !== "WEEKLY" || days.length === 0) return "";
  const named = DAYS.filter((day) => days.includes(day)).map((day) => weekday(day, language));
  return t("said.on", { days: new Intl.ListFormat(language).format(named) });
}
