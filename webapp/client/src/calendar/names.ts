/** Names of the calendar's own buttons in the person's language: those the library makes are dates as machines
 * write them, and it takes no others. */
import { type RefObject, useEffect } from "react";
import { useTranslation } from "react-i18next";

import { useWallFormat } from "@/calendar/useWallFormat";
import { later } from "@/status/wall";

/** Marks for the parts of the week view that are named here. */
export const MARKS = { weekViewDayLabel: { "data-day": "" }, weekViewAllDaySlots: { "data-days": "" } };

/** Names the heads of the days and their fields for whole days. `first`: the Monday that is shown. */
export function useNames(root: RefObject<HTMLElement | null>, first: string): void {
  const { t } = useTranslation("calendar");
  const { shortDay } = useWallFormat();
  useEffect(() => {
    const named = (selector: string, name: (day: string) => string) =>
      root.current?.querySelectorAll(selector).forEach((each, index) => {
        each.setAttribute("aria-label", name(shortDay(later(`${first}T00:00`, index, "day"))));
      });
    named("[data-day]", (day) => t("view.openDay", { day }));
    named("[data-days] button:not([data-event-id])", (day) => t("view.planDay", { day }));
  }, [root, first, t, shortDay]);
}
