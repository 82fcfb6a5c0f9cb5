/** Repetition rules of RFC 5545 (RRULE values) as the form shows them. */
export const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
export const PLACES = [1, 2, 3, 4, -1] as const;
const FREQUENCIES = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;
const ENDS = ["INTERVAL", "COUNT", "UNTIL", "WKST"];
export type Day = (typeof DAYS)[number];
/** Which one of a month: the first to the fourth, or (-1) the last. */
export type Place = (typeof PLACES)[number];
export type Frequency = "" | (typeof FREQUENCIES)[number];

/** On which days of the month: that of the beginning, some weekday ("the second Tuesday"), the last day. */
export type Monthly = { on: "same" | "last" } | { on: "weekday"; place: Place; day: Day };

export interface Repetition {
  /** "": once. */
  frequency: Frequency;
  interval: number;
  /** Of a weekly rule; none: the day on which it begins. */
  days: Day[];
  /** Of a monthly rule. */
  monthly: Monthly;
  end: "never" | "until" | "count";
  /** The last calendar day, 2026-11-30. */
  until: string;
  count: number;
}

export const ONCE: Repetition = {
  frequency: "",
  interval: 1,
  days: [],
  monthly: { on: "same" },
  end: "never",
  until: "",
  count: 10,
};

/** The rule that says it; "" for once. `until` counts to the end of that day on the plan's own clock. */
export function toRule({ frequency, interval, days, monthly, end, until, count }: Repetition): string {
  if (frequency === "") return "";
  const ordered = DAYS.filter((day) => days.includes(day));
  return [
    `FREQ=${frequency}`,
    interval > 1 && `INTERVAL=${interval}`,
    frequency === "WEEKLY" && ordered.length > 0 && `BYDAY=${ordered.join(",")}`,
    frequency === "MONTHLY" && monthly.on === "weekday" && `BYDAY=${monthly.place}${monthly.day}`,
    frequency === "MONTHLY" && monthly.on === "last" && "BYMONTHDAY=-1",
    end === "until" && until !== "" && `UNTIL=${until.replaceAll("-", "")}T235959`,
    end === "count" && `COUNT=${count}`,
  ]
    .filter(Boolean)
    .join(";");
}

/** What a rule says, or null when the form cannot show it (made elsewhere): it is then left as it is. */
export function fromRule(rule: string): Repetition | null {
  if (rule === "") return ONCE;
  const parts = new Map(rule.split(";").map((part) => part.split("=", 2) as [string, string]));
  const frequency = FREQUENCIES.find((each) => each === parts.get("FREQ"));
  if (frequency === undefined) return null;
  const days = frequency === "WEEKLY" ? weekly(parts) : [];
  const monthly = frequency === "MONTHLY" ? monthlyOf(parts) : ({ on: "same" } as const);
  if (days === null || monthly === null) return null;
  const rest = [...parts.keys()].filter((key) => key !== "FREQ" && !ENDS.includes(key));
  if (rest.length > (days.length > 0 || monthly.on !== "same" ? 1 : 0)) return null;
  const until = /^(\d{4})(\d{2})(\d{2})/.exec(parts.get("UNTIL") ?? "");
  return {
    frequency,
    interval: Number(parts.get("INTERVAL") ?? 1),
    days,
    monthly,
    end: until ? "until" : parts.has("COUNT") ? "count" : "never",
    until: until ? `${until[1]}-${until[2]}-${until[3]}` : "",
    count: Number(parts.get("COUNT") ?? 10),
  };
}

/** The weekday of "2026-11-03T14:05", and which one of its month it is (the fifth is the last one). */
export function placeOf(wall: string): { place: Place; day: Day } {
  const date = new Date(`${wall.slice(0, 10)}T00:00:00Z`);
  const number = Math.ceil(date.getUTCDate() / 7);
  return { place: PLACES.find((each) => each === number) ?? -1, day: DAYS[(date.getUTCDay() + 6) % 7] ?? "MO" };
}

function weekly(parts: Map<string, string>): Day[] | null {
  const days = (parts.get("BYDAY") ?? "").split(",").filter(Boolean);
  return days.every(isDay) ? days : null;
}

function monthlyOf(parts: Map<string, string>): Monthly | null {
  const [day, number] = [parts.get("BYDAY"), parts.get("BYMONTHDAY")];
  if (day === undefined) return number === undefined ? { on: "same" } : number === "-1" ? { on: "last" } : null;
  const found = /^\+?(-?\d)(..)$/.exec(day);
  const place = PLACES.find((each) => String(each) === found?.[1]);
  const name = found?.[2] ?? "";
  return place !== undefined && isDay(name) ? { on: "weekday", place, day: name } : null;
}

function isDay(value: string): value is Day {
  return (DAYS as readonly string[]).includes(value);
}
