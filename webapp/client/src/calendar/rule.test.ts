import { describe, expect, it } from "vitest";

import { parsedDay } from "@/calendar/parsedDay";
import { fromRule, ONCE, placeOf, toRule } from "@/calendar/rule";
import { fromWall, toWall } from "@/status/wall";

describe("repetition", () => {
  it("is the same rule after the form", () => {
    for (const rule of [
      "",
      "FREQ=DAILY",
      "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=6",
      "FREQ=MONTHLY;UNTIL=20261231T235959",
      "FREQ=MONTHLY;BYDAY=2TU",
      "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR;COUNT=4",
      "FREQ=MONTHLY;BYMONTHDAY=-1",
      "FREQ=YEARLY",
    ]) {
      expect(toRule(fromRule(rule)!)).toBe(rule);
    }
  });

  it("leaves rules that the form cannot show", () => {
    for (const rule of [
      "FREQ=MONTHLY;BYDAY=MO,TU",
      "FREQ=MONTHLY;BYMONTHDAY=3",
      "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
      "FREQ=YEARLY;BYMONTH=3",
      "FREQ=DAILY;BYDAY=MO",
      "FREQ=HOURLY",
    ]) {
      expect(fromRule(rule)).toBeNull();
    }
  });

  it("orders days and leaves out what is not asked", () => {
    expect(toRule({ ...ONCE, frequency: "WEEKLY", days: ["FR", "MO"] })).toBe("FREQ=WEEKLY;BYDAY=MO,FR");
    expect(toRule({ ...ONCE, frequency: "DAILY", days: ["FR"], end: "until" })).toBe("FREQ=DAILY");
  });
});

describe("a day of the month", () => {
  it("is the first to the fourth of its weekday, or the last", () => {
    expect(placeOf("2026-11-03T09:00")).toEqual({ place: 1, day: "TU" });
    expect(placeOf("2026-11-28T09:00")).toEqual({ place: 4, day: "SA" });
    expect(placeOf("2026-11-30T09:00")).toEqual({ place: -1, day: "MO" });
  });
});

describe("a typed day", () => {
  it("is read as people here write it", () => {
    for (const text of ["24-11-2026", "24/11/26", "24.11.2026", "2026-11-24"]) {
      expect(parsedDay(text)).toBe("2026-11-24");
    }
    for (const text of ["31-02-2026", "11/24/2026", "soon", ""]) expect(parsedDay(text)).toBeNull();
  });
});

describe("wall clocks", () => {
  it("go to moments and back over the change to winter time", () => {
    expect(fromWall("2026-10-24T09:00", "Europe/Amsterdam")).toBe("2026-10-24T07:00:00.000Z");
    expect(fromWall("2026-10-26T09:00", "Europe/Amsterdam")).toBe("2026-10-26T08:00:00.000Z");
    expect(toWall("2026-10-26T08:00:00Z", "Europe/Amsterdam")).toBe("2026-10-26T09:00");
  });
});
