/** What the screen shows as calls: legs of this browser and calls of mine at the core, brought together. */

import type { Call } from "@/live/generated";

import type { LegView } from "./types";

export type CardState =
  | "incoming"
  | "dialling"
  | "ringing"
  | "talking"
  | "held"
  | "conference"
  | "reconnecting"
  | "parked"
  | "elsewhere"
  | "ended";

export interface Card {
  /** Stable while the card is on the screen. */
  readonly key: string;
  readonly leg: LegView | null;
  readonly call: Call | null;
  readonly state: CardState;
  readonly number: string;
  readonly name: string;
  /** Since when it is what it is, in milliseconds since 1970; null before it is answered. */
  readonly since: number | null;
}

/** One card for each call of mine, oldest first. A call without a leg here is on another phone of mine (`elsewhere`), or
 * waits for a consultation (`held`). */
export function cards(legs: readonly LegView[], calls: readonly Call[]): Card[] {
  const byDialog = new Map<string, Call>();
  const byLeg = new Map<string, Call>();
  for (const call of calls) {
    for (const leg of call.legs) {
      if (leg.state === "ended") continue;
      if (leg.dialog) byDialog.set(leg.dialog, call);
      byLeg.set(leg.id, call);
    }
  }
  const shown = legs.map((leg) =>
    ofLeg(leg, byDialog.get(leg.dialog) ?? byLeg.get(leg.returns ?? "") ?? null),
  );
  const here = new Set(shown.map((card) => card.call?.id));
  const others = calls.filter((call) => !here.has(call.id)).map((call) => withoutLeg(call, here));
  return [...others.filter((card) => card !== null), ...shown].sort((a, b) => begun(a) - begun(b));
}

function ofLeg(leg: LegView, call: Call | null): Card {
  return {
    key: leg.key,
    leg,
    call,
    state: stateOf(leg, call),
    number: call?.peer.number || leg.number,
    name: call?.peer.name || leg.name,
    since: leg.answeredAt === null ? null : call?.answered_at ? call.answered_at * 1000 : leg.answeredAt,
  };
}

function stateOf(leg: LegView, call: Call | null): CardState {
  if (leg.state === "answering") return "dialling";
  if (leg.state !== "talking" || !call) return leg.state;
  if (call.state === "held" || call.state === "conference" || call.state === "dialling") return call.state;
  return "talking";
}

function withoutLeg(call: Call, here: ReadonlySet<string | undefined>): Card | null {
  const waits = call.consultation !== null && here.has(call.consultation) && call.my_leg === null;
  // What rings on my desk phone rings here too; a card of its own would be one too many.
  if (!waits && call.state === "ringing") return null;
  return {
    key: call.id,
    leg: null,
    call,
    state: waits ? "held" : call.state === "parked" ? "parked" : "elsewhere",
    number: call.peer.number,
    name: call.peer.name,
    since: call.answered_at === null ? null : call.answered_at * 1000,
  };
}

function begun(card: Card): number {
  return card.call ? card.call.started_at * 1000 : (card.leg?.startedAt ?? 0);
}

/** Legs of mine at the core that this browser had before and has no longer: to be taken up again. */
export function lost(
  calls: readonly Call[],
  legs: readonly LegView[],
  had: ReadonlySet<string>,
): { leg: string; dialog: string; number: string; name: string }[] {
  const present = new Set(legs.map((leg) => leg.dialog));
  return calls.flatMap((call) =>
    call.legs
      .filter(
        (leg) =>
          leg.dialog &&
          had.has(leg.dialog) &&
          !present.has(leg.dialog) &&
          leg.answered_at &&
          leg.state !== "ended",
      )
      .map((leg) => ({
        leg: leg.id,
        dialog: leg.dialog ?? "",
        number: call.peer.number,
        name: call.peer.name,
      })),
  );
}
