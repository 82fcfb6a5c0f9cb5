import { describe, expect, it } from "vitest";

import { cursorOf } from "@/components/cursor";
import { between, midnight } from "@/components/days";
import { oneOf, text } from "@/components/search";

describe("days of a zone", () => {
  it.each([
    ["2026-11-21", "Europe/Amsterdam", "2026-11-20T23:00:00.000Z"],
    ["2026-07-01", "Europe/Amsterdam", "2026-06-30T22:00:00.000Z"],
    ["2026-03-29", "Europe/Amsterdam", "2026-03-28T23:00:00.000Z"],
    ["2026-03-30", "Europe/Amsterdam", "2026-03-29T22:00:00.000Z"],
    ["2026-10-25", "Europe/Amsterdam", "2026-10-24T22:00:00.000Z"],
    ["2026-11-21", "America/New_York", "2026-11-21T05:00:00.000Z"],
    ["2026-11-21", "UTC", "2026-11-21T00:00:00.000Z"],
  ])("%s in %s begins at %s", (day, zone, moment) => {
    expect(midnight(day, zone)).toBe(moment);
  });

  it("end after the last day", () => {
    expect(between(["2026-10-25", "2026-10-25"], "Europe/Amsterdam")).toEqual({
      started_after: "2026-10-24T22:00:00.000Z",
      started_before: "2026-10-25T23:00:00.000Z",
    });
    expect(between([null, null], "UTC")).toEqual({});
  });
});

it("finds the cursor of the next page", () => {
  expect(cursorOf({ next: "http://x.test/api/v1/voicemail/?cursor=cD0y&read=true" })).toBe("cD0y");
  expect(cursorOf({ next: null })).toBeUndefined();
});

it("reads addresses that anybody may have written", () => {
  expect(text(201)).toBe("201");
  expect(text("x".repeat(300))).toHaveLength(200);
  expect([text(""), text({}), text(undefined)]).toEqual([undefined, undefined, undefined]);
  expect(oneOf("missed", ["all", "missed"])).toBe("missed");
  expect(oneOf("__proto__", ["all", "missed"])).toBeUndefined();
});
