import { describe, expect, it } from "vitest";

import type { Event } from "@/api/generated/types.gen";
import { carriedTo } from "@/calendar/carry";
import { atTheSameTime, droppedAt, wallOf } from "@/calendar/events";
import { stepped, weekOf } from "@/calendar/views";

const span = { begin: "2026-11-24T09:00", end: "2026-11-24T10:00" };

function event(starts: string, ends: string | null, more: Partial<Event> = {}): Event {
  return { plan: "p", occurrence: starts, starts, ends, all_day: false, title: "", ...more } as Event;
}

describe("an occurrence that is carried by keyboard", () => {
  it("goes by quarters and days, in a month by days and weeks", () => {
    expect(carriedTo(span, "ArrowUp", false, false)).toEqual({ begin: "2026-11-24T08:45", end: "2026-11-24T09:45" });
    expect(carriedTo(span, "ArrowRight", false, false)?.begin).toBe("2026-11-25T09:00");
    expect(carriedTo(span, "ArrowDown", false, true)?.begin).toBe("2026-12-01T09:00");
    expect(carriedTo(span, "x", false, false)).toBeNull();
  });

  it("keeps an end after its beginning, and none when it has none", () => {
    expect(carriedTo(span, "ArrowDown", true, false)?.end).toBe("2026-11-24T10:15");
    expect(carriedTo(span, "ArrowLeft", true, false)).toBeNull();
    expect(carriedTo({ ...span, end: null }, "ArrowUp", false, false)?.end).toBeNull();
    expect(carriedTo({ ...span, end: null }, "ArrowUp", true, false)).toBeNull();
  });
});

describe("an occurrence that is dropped", () => {
  it("keeps its time when it lasts over midnight", () => {
    const night = { begin: "2026-11-24T22:00", end: "2026-11-25T06:00" };
    const to = droppedAt(event("", ""), night, "2026-11-26T00:00", "2026-11-26T08:00");
    expect(to).toEqual({ begin: "2026-11-26T22:00", end: "2026-11-27T06:00" });
    expect(droppedAt(event("", ""), span, "2026-11-26T11:15", "2026-11-26T12:15").begin).toBe("2026-11-26T11:15");
    expect(wallOf("2026-11-24 23:59:59")).toBe("2026-11-25T00:00");
  });
});

describe("what goes on at the same time", () => {
  it("is another plan of which a part lies within", () => {
    const at = (starts: string, ends: string | null, plan: string) => event(starts, ends, { plan });
    const events = [
      at("2026-11-24T07:00Z", "2026-11-24T08:00Z", "before"),
      at("2026-11-24T08:30Z", "2026-11-24T12:00Z", "in"),
      at("2026-11-24T08:15Z", null, "open"),
      at("2026-11-24T09:00Z", "2026-11-24T10:00Z", "after"),
    ];
    const found = atTheSameTime(events, span, "Europe/Amsterdam");
    expect(found.map((each) => each.plan)).toEqual(["in", "open"]);
    expect(atTheSameTime(events, span, "Europe/Amsterdam", events[1])).toHaveLength(1);
  });
});

describe("pages", () => {
  it("are a day, a week from Monday, a month", () => {
    expect(weekOf("2026-11-22")).toEqual({ first: "2026-11-16", last: "2026-11-22" });
    expect(stepped("2026-11-22", "week", 1)).toBe("2026-11-29");
    expect(stepped("2026-01-31", "month", 1)).toBe("2026-02-01");
    expect(stepped("2026-01-31", "list", -1)).toBe("2025-12-01");
  });
});
