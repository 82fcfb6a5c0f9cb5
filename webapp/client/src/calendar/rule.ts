/** Repetition rules of RFC 5545 (RRULE values) as the form shows them. */
export const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
export type Day = (typeof DAYS)[number];
export type Frequency = "" | "DAILY" | "WEEKLY" | "MONTHLY";

export interface Repetition {
  /** "": once. */
  frequency: Frequency;
  interval: number;
  /** Of a weekly rule; none: the day on which it begins. */
  days: Day[];
  end: "never" | "until" | "count";
  /** The last calendar day, 2026-11-30. */
  until: string;
  count: number;
}

export const ONCE: Repetition = { frequency: "", interval: 1, days: [], end: "never", until: "", count: 10 };

/** The rule that says it; "" for once. `until` counts to the end of that day on the plan's own clock. */
export function toRule({ frequency, interval, days, end, until, count }: Repetition): string {
  if (frequency === "") return "";
  const ordered = DAYS.filter((day) => days.includes(day));
  return [
    `FREQ=${frequency}`,
    interval > 1 && `INTERVAL=${interval}`,
    frequency === "WEEKLY" && ordered.length > 0 && `BYDAY=${ordered.join(",")}`,
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
  const frequency = parts.get("FREQ") ?? "";
  const days = (parts.get("BYDAY") ?? "").split(",").filter(Boolean);
  const until = /^(\d{4})(\d{2})(\d{2})/.exec(parts.get("UNTIL") ?? "");
  const known = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", ...(frequency === "WEEKLY" ? ["BYDAY"] : [])];
  if (frequency !== "DAILY" && frequency !== "WEEKLY" && frequency !== "MONTHLY") return null;
  if ([...parts.keys()].some((key) => !known.includes(key)) || !days.every(isDay)) return null;
  return {
    frequency,
    interval: Number(parts.get("INTERVAL") ?? 1),
    days,
    end: until ? "until" : parts.has("COUNT") ? "count" : "never",
    until: until ? `${until[1]}-${until[2]}-${until[3]}` : "",
    count: Number(parts.get("COUNT") ?? 10),
  };
}

function isDay(value: string): value is Day {
  return (DAYS as readonly string[]).includes(value);
}
