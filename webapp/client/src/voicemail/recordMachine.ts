/** Recording a greeting, from the microphone to a take that is listened to. The microphone is open only while it
 * records: leaving that state, or the machine, closes it. */

import { assign, type CallbackActorLogic, fromPromise, sendTo, setup } from "xstate";

import type { Take } from "@/voicemail/take";

/** Why there is no take. */
export type Problem = "denied" | "missing" | "inUse" | "broken" | "short";
/** What ended a recording. */
export type Ending = "stopped" | "limit" | "call" | "unplugged";

const LEAST_SECONDS = 1; // as greetings recorded by phone

export type CaptureEvent = { type: "stop" };
export type CaptureInput = { stream: MediaStream; limit: number };
export type TakeInput = { sound: Blob; limit: number };

export type RecordEvent =
  | { type: "record" }
  | { type: "stop"; why: Ending }
  /** From the recorder: how loud, how long, and in the end the sound. */
  | { type: "heard"; level: number; seconds: number }
  | { type: "captured"; sound: Blob }
  | { type: "broke" };

export interface RecordContext {
  readonly limit: number;
  readonly level: number;
  readonly seconds: number;
  readonly ending: Ending;
  readonly take: Take | null;
  readonly problem: Problem | null;
}

const empty = { level: 0, seconds: 0, ending: "unplugged", take: null, problem: null } as const;

export const recordMachine = setup({
  types: {
    context: {} as RecordContext,
    events: {} as RecordEvent,
    input: {} as { limit: number },
  },
  actors: {
    // What touches devices is given by `recorder.ts`.
    microphone: fromPromise<MediaStream>(() => Promise.reject(new Error("no microphone"))),
    capture: {} as CallbackActorLogic<CaptureEvent, CaptureInput>,
    take: fromPromise<Take, TakeInput>(() => Promise.reject(new Error("no sound"))),
  },
}).createMachine({
  id: "record",
  initial: "idle",
  context: ({ input }) => ({ ...empty, limit: input.limit }),
  states: {
    idle: { on: { record: "asking" } },
    asking: {
      entry: assign(empty),
      // A call begins while the browser still asks.
      on: { stop: "idle" },
      invoke: {
        src: "microphone",
        onDone: "recording",
        onError: { target: "failed", actions: assign({ problem: ({ event }) => problemOf(event.error) }) },
      },
    },
    recording: {
      invoke: {
        id: "capture",
        src: "capture",
        input: ({ context, event }) => ({
          limit: context.limit,
          stream: (event as unknown as { output: MediaStream }).output,
        }),
        onError: { target: "failed", actions: assign({ problem: "broken" }) },
      },
      on: {
        heard: { actions: assign(({ event: { level, seconds } }) => ({ level, seconds })) },
        stop: { actions: [assign({ ending: ({ event }) => event.why }), sendTo("capture", { type: "stop" })] },
        captured: "preparing",
        broke: { target: "failed", actions: assign({ problem: "broken" }) },
      },
    },
    preparing: {
      invoke: {
        src: "take",
        input: ({ context, event }) => ({
          limit: context.limit,
          sound: (event as Extract<RecordEvent, { type: "captured" }>).sound,
        }),
        onDone: [
          {
            guard: ({ event }) => event.output.peaks.seconds < LEAST_SECONDS,
            target: "failed",
            actions: assign({ problem: "short" }),
          },
          { target: "taken", actions: assign({ take: ({ event }) => event.output }) },
        ],
        onError: { target: "failed", actions: assign({ problem: "broken" }) },
      },
    },
    taken: { on: { record: "asking" } },
    failed: { on: { record: "asking" } },
  },
});

/** By the names of `getUserMedia`'s errors; not each of them is an Error. */
function problemOf(error: unknown): Problem {
  switch ((error as { name?: string } | null)?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "inUse";
    default:
      return "broken";
  }
}
