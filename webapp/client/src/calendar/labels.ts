import type { ScheduleLabelsOverride } from "@mantine/schedule";
import type { TFunction } from "i18next";

/** The calendar's own words in the person's language. */
export function labelsOf(t: TFunction<"calendar">): ScheduleLabelsOverride {
  return {
    day: t("view.day"),
    week: t("view.week"),
    month: t("view.month"),
    year: t("view.year"),
    allDay: t("allDay"),
    weekday: t("view.weekday"),
    timeSlot: t("view.timeSlot"),
    today: t("view.today"),
    next: t("view.next"),
    previous: t("view.previous"),
    more: t("view.more"),
    selectMonth: t("view.selectMonth"),
    selectYear: t("view.selectYear"),
    switchToDayView: t("view.toDay"),
    switchToWeekView: t("view.toWeek"),
    switchToMonthView: t("view.toMonth"),
    switchToYearView: t("view.toYear"),
    viewSelectLabel: t("view.select"),
    noEvents: t("nothing"),
    moreLabel: (count) => t("view.moreLabel", { count }),
  };
}
