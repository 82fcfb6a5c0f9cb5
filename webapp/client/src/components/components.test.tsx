import { describe, expect, it } from "vitest";

import { duration, format } from "@/components/format";
import { initials } from "@/components/PersonAvatar";

describe("times", () => {
  it("are in the person's zone and language", () => {
    const at = "2026-11-21T23:30:00Z";
    expect(format("nl", "Europe/Amsterdam").dateTime(at)).toBe("22 nov 2026, 00:30");
    expect(format("en", "UTC").dateTime(at)).toBe("21 Nov 2026, 23:30");
    expect(format("nl", "Europe/Amsterdam").isoDay(at)).toBe("2026-11-22");
    expect(format("nl", "UTC").day(1_795_303_800)).toBe("zaterdag 21 november");
  });

  it("say the day when it is another one", () => {
    const { until } = format("en", "UTC");
    expect(until(new Date(new Date().setUTCHours(14, 5)))).toBe("14:05");
    expect(until("2026-01-05T14:05:00Z")).toBe("5 Jan 2026, 14:05");
  });

  it("count up", () => {
    expect([0, 7.9, 754, 3723, -3].map(duration)).toEqual(["0:00", "0:07", "12:34", "1:02:03", "0:00"]);
  });
});

it.each([
  ["Anna de Vries", "AV"],
  ["anna", "A"],
  ["  Érik  ", "É"],
  ["Sales (2)", "S"],
  ["", ""],
  ["+31 6", ""],
])("initials of %j are %j", (name, letters) => {
  expect(initials(name)).toBe(letters);
});
