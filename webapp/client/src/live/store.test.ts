import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Change, Hello, Parked } from "@/live/generated";
import { forgetLive, onEntities, take, useLive } from "@/live/store";

const core = (state: "up" | "away") => ({ kind: "core" as const, id: "core", value: { state } });
const parked = (slot: string) => ({
  kind: "parked" as const,
  id: slot,
  value: { slot, number: "202", name: "Bob", since: 1, by: null } satisfies Parked,
});
const hello = (state: Hello["state"], number = 10): Hello => ({
  type: "hello",
  stream: "s1",
  number,
  time: 1000,
  state,
});
const events = (...events: Change[]) => take({ type: "events", events }, 0);

beforeEach(forgetLive);

describe("the live store", () => {
  it("starts from a full state and forgets what was before", () => {
    take(hello([core("up"), parked("71")]), 990);
    take(hello([core("up")], 20), 990);
    const { entities, number, ahead, known } = useLive.getState();
    expect([...entities.parked]).toEqual([]);
    expect(entities.core.get("core")).toEqual({ state: "up" });
    expect({ number, ahead, known }).toEqual({ number: 20, ahead: 10, known: true });
  });

  it("keeps what it has when it resumes, and goes on from its own number", () => {
    take(hello([parked("71")]), 0);
    take(hello(null, 15), 0);
    expect(useLive.getState().number).toBe(10);
    events({ number: 12, put: parked("72") }, { number: 15, drop: { kind: "parked", id: "71" } });
    expect([...useLive.getState().entities.parked.keys()]).toEqual(["72"]);
    expect(useLive.getState().number).toBe(15);
  });

  it("takes drops of unknown entities and kinds of a newer server", () => {
    const strange = { kind: "hologram", id: "1", value: {} } as never;
    take(hello([core("up"), strange]), 0);
    events({ number: 11, put: strange }, { number: 12, drop: { kind: "room", id: "nowhere" } });
    expect(useLive.getState().number).toBe(12);
  });

  it("gives the same map to those whose kind did not change", () => {
    take(hello([core("up"), parked("71")]), 0);
    const before = useLive.getState().entities;
    events({ number: 11, put: core("away") });
    const after = useLive.getState().entities;
    expect(after.parked).toBe(before.parked);
    expect(after.core).not.toBe(before.core);
  });

  it("tells listeners of changes, not of the first state", () => {
    const listener = vi.fn();
    const remove = onEntities("record", listener);
    const record = (call: string) => ({ kind: "record" as const, id: "latest", value: { call } });
    take(hello([record("c1")]), 0);
    expect(listener).not.toHaveBeenCalled();
    events({ number: 11, put: record("c2") });
    expect(listener).toHaveBeenCalledOnce();
    remove();
    events({ number: 12, put: record("c3") });
    expect(listener).toHaveBeenCalledOnce();
  });
});
