import { describe, expect, it } from "vitest";

import { fromRule, ONCE, toRule } from "@/calendar/rule";
import { fromWall, toWall } from "@/status/wall";

describe("repetition", () => {
  it("is the same rule after the form", () => {
    for (const rule of [
      "",
      "FREQ=DAILY",
      "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=6",
      "FREQ=MONTHLY;UNTIL=20261231T235959",
    ]) {
      expect(toRule(fromRule(rule)!)).toBe(rule);
    }
  });

  it("leaves rules that the form cannot show", () => {
    expect(fromRule("FREQ=MONTHLY;BYDAY=1MO")).toBeNull();
    expect(fromRule("FREQ=YEARLY")).toBeNull();
  });

  it("orders days and leaves out what is not asked", () => {
    expect(toRule({ ...ONCE, frequency: "WEEKLY", days: ["FR", "MO"] })).toBe("FREQ=WEEKLY;BYDAY=MO,FR");
    expect(toRule({ ...ONCE, frequency: "DAILY", days: ["FR"], end: "until" })).toBe("FREQ=DAILY");
  });
});

describe("wall clocks", () => {
  it("go to moments and back over the change to winter time", () => {
    expect(fromWall("2026-10-24T09:00", "Europe/Amsterdam")).toBe("2026-10-24T07:00:00.000Z");
    expect(fromWall("2026-10-26T09:00", "Europe/Amsterdam")).toBe("2026-10-26T08:00:00.000Z");
    expect(toWall("2026-10-26T08:00:00Z", "Europe/Amsterdam")).toBe("2026-10-26T09:00");
  });
});
