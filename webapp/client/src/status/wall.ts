/** Moments as a person's wall clock shows them, and back. Wall times are "2026-11-03T14:05". */
import dayjs from "dayjs";
import timezone from "dayjs/plugin/timezone";
import utc from "dayjs/plugin/utc";

dayjs.extend(utc);
dayjs.extend(timezone);

const WALL = "YYYY-MM-DDTHH:mm";

/** The wall clock of an IANA zone at a moment. */
export function toWall(at: string | number | Date, zone: string): string {
  return dayjs(at).tz(zone).format(WALL);
}

/** The moment (ISO 8601, UTC) at which that zone's clock shows `wall`. */
export function fromWall(wall: string, zone: string): string {
  return dayjs.tz(wall, zone).toISOString();
}

/** The wall clock some hours or days later. */
export function later(wall: string, amount: number, unit: "hour" | "day" | "minute"): string {
  return dayjs(wall).add(amount, unit).format(WALL);
}

/** The end of the hour that a person means with "for one hour", or of today: suggestions for an end. */
export function suggestedEnds(now: Date, zone: string): { hour: string; today: string } {
  const wall = toWall(now, zone);
  return { hour: later(wall, 1, "hour"), today: `${wall.slice(0, 10)}T17:00` > wall ? `${wall.slice(0, 10)}T17:00` : `${wall.slice(0, 10)}T23:59` };
}

/** From one wall clock to another one, in minutes. */
export function minutesBetween(begin: string, end: string): number {
  return dayjs(end).diff(dayjs(begin), "minute");
}

/** Whether it is a day and a time. */
export function isWall(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text);
}

/** The next quarter of an hour. */
export function nextQuarter(wall: string): string {
  return later(wall, 15 - (Number(wall.slice(14, 16)) % 15), "minute");
}
