import { describe, expect, it } from "vitest";

import type { Call, Leg } from "@/live/generated";

import { cards, lost } from "./cards";
import type { LegView } from "./types";

const side: Leg = {
  id: "l1",
  role: "caller",
  state: "answered",
  extension: "x102",
  number: "102",
  name: "Me",
  answered_at: 100,
  device: "browser",
  dialog: "d1",
  absent: false,
  codec: "opus",
};

function call(change: Partial<Call> = {}): Call {
  return {
    id: "c1",
    extension: "102",
    direction: "out",
    outside: false,
    state: "talking",
    peer: { number: "101", name: "Reception", extension: null },
    via: null,
    dialled: "101",
    shown: null,
    started_at: 90,
    answered_at: 100,
    held_by_me: false,
    held_by_other: false,
    recording: false,
    emergency: false,
    room: null,
    parked: null,
    consultation: null,
    my_leg: "l1",
    legs: [side],
    ...change,
  };
}

function leg(change: Partial<LegView> = {}): LegView {
  return {
    key: "k1",
    dialog: "d1",
    direction: "out",
    state: "talking",
    number: "101",
    name: "",
    muted: false,
    startedAt: 90_000,
    answeredAt: 100_500,
    ended: null,
    returns: null,
    ...change,
  };
}

describe("cards", () => {
  it("brings a leg and its call together, with the core's name and time", () => {
    expect(cards([leg()], [call()])).toMatchObject([
      { key: "k1", state: "talking", name: "Reception", since: 100_000 },
    ]);
  });

  it("shows a leg whose call is not known yet", () => {
    expect(cards([leg({ dialog: "", state: "dialling", answeredAt: null })], [])).toMatchObject([
      { key: "k1", state: "dialling", call: null, since: null },
    ]);
  });

  it("says what the core says of hold and conference", () => {
    expect(cards([leg()], [call({ state: "held", held_by_me: true })])[0]?.state).toBe("held");
    expect(cards([leg()], [call({ state: "conference", room: "r1" })])[0]?.state).toBe("conference");
  });

  it("shows a call on my desk phone, but not twice what rings there", () => {
    const desk = call({ legs: [{ ...side, dialog: "other", device: "desk" }] });
    expect(cards([], [desk])[0]?.state).toBe("elsewhere");
    expect(cards([], [{ ...desk, state: "ringing" }])).toEqual([]);
  });

  it("keeps the call that waits while I consult", () => {
    const waiting = call({ id: "c1", my_leg: null, legs: [], state: "held", consultation: "c2" });
    const active = call({ id: "c2", started_at: 95, consultation: "c1" });
    expect(cards([leg()], [waiting, active]).map((card) => [card.key, card.state])).toEqual([
      ["c1", "held"],
      ["k1", "talking"],
    ]);
  });

  it("has one card for a call that is being taken up again", () => {
    const returning = leg({ dialog: "new", state: "reconnecting", answeredAt: null, returns: "l1" });
    expect(cards([returning], [call()])).toMatchObject([{ key: "k1", state: "reconnecting" }]);
  });
});

describe("lost", () => {
  it("finds legs that this browser had and has no longer", () => {
    const had = new Set(["d1"]);
    expect(lost([call()], [], had)).toEqual([{ leg: "l1", dialog: "d1", number: "101", name: "Reception" }]);
    expect(lost([call()], [leg()], had)).toEqual([]);
    expect(lost([call()], [], new Set())).toEqual([]);
  });

  it("leaves alone what was never answered", () => {
    expect(lost([call({ legs: [{ ...side, answered_at: null }] })], [], new Set(["d1"]))).toEqual([]);
  });
});
