/** The states of one leg of ours, from the first ring to the end. Pure: knows no SIP, no audio and no clock. */

import { assign, setup } from "xstate";

import type { EndReason } from "./types";

export type LegEvent =
  | { type: "ringing" }
  | { type: "answer" }
  | { type: "connected"; at: number }
  | { type: "mediaLost" }
  | { type: "mediaBack" }
  | { type: "mute"; muted: boolean }
  | { type: "end"; reason: EndReason };

export interface LegContext {
  readonly muted: boolean;
  /** Milliseconds since 1970. */
  readonly answeredAt: number | null;
  readonly ended: EndReason | null;
}

export type LegStart = "incoming" | "dialling" | "reconnecting";

export const legMachine = setup({
  types: { context: {} as LegContext, events: {} as LegEvent },
  actions: {
    answered: assign(({ context, event }) =>
      event.type === "connected" ? { answeredAt: context.answeredAt ?? event.at } : {},
    ),
    ended: assign(({ event }) => (event.type === "end" ? { ended: event.reason } : {})),
    muted: assign(({ event }) => (event.type === "mute" ? { muted: event.muted } : {})),
  },
}).createMachine({
  id: "leg",
  initial: "dialling",
  context: { muted: false, answeredAt: null, ended: null },
  on: { mute: { actions: "muted" }, end: { target: ".ended", actions: "ended" } },
  states: {
    incoming: { on: { answer: "answering", connected: { target: "talking", actions: "answered" } } },
    answering: { on: { connected: { target: "talking", actions: "answered" } } },
    dialling: { on: { ringing: "ringing", connected: { target: "talking", actions: "answered" } } },
    ringing: { on: { connected: { target: "talking", actions: "answered" } } },
    talking: { on: { mediaLost: "reconnecting" } },
    reconnecting: { on: { mediaBack: "talking", connected: { target: "talking", actions: "answered" } } },
    ended: { type: "final" },
  },
});
