/** How the calendar can be looked at. Days are "2026-11-03". */
import { later } from "@/status/wall";

export type View = "day" | "week" | "month" | "list";
export const WIDE: readonly View[] = ["day", "week", "month", "list"];
export const NARROW: readonly View[] = ["list", "day"];

/** Monday and Sunday of the week of a day. */
export function weekOf(day: string): { first: string; last: string } {
  const sinceMonday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  const first = later(`${day}T00:00`, -sinceMonday, "day").slice(0, 10);
  return { first, last: later(`${first}T00:00`, 6, "day").slice(0, 10) };
}

/** The day that the next (1) or previous (-1) page of a view is about. */
export function stepped(day: string, view: View, by: 1 | -1): string {
  if (view === "day" || view === "week") return later(`${day}T00:00`, by * (view === "day" ? 1 : 7), "day").slice(0, 10);
  const first = `${day.slice(0, 7)}-01T00:00`;
  return `${later(first, by === 1 ? 31 : -1, "day").slice(0, 7)}-01`;
}
