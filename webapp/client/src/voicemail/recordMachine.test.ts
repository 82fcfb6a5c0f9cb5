import { expect, it, vi } from "vitest";
import { createActor, fromCallback, fromPromise } from "xstate";

import { type CaptureEvent, type CaptureInput, recordMachine, type RecordEvent } from "@/voicemail/recordMachine";
import { RATE, type Take, takeOf } from "@/voicemail/take";

const LIMIT = 120;
const stream = {} as MediaStream;

/** A recorder whose devices do what the test says. */
function recorder(take: () => Promise<Take>, microphone = () => Promise.resolve(stream)) {
  const closed = vi.fn();
  const told: { send?: (event: RecordEvent) => void } = {};
  const capture = fromCallback<CaptureEvent, CaptureInput>(({ input, sendBack, receive }) => {
    expect(input).toEqual({ stream, limit: LIMIT });
    told.send = sendBack;
    receive(() => sendBack({ type: "captured", sound: new Blob(["sound"]) }));
    return closed;
  });
  const machine = recordMachine.provide({
    actors: { microphone: fromPromise(microphone), capture, take: fromPromise(take) },
  });
  const actor = createActor(machine, { input: { limit: LIMIT } }).start();
  const is = (state: string) => vi.waitFor(() => expect(actor.getSnapshot().value).toBe(state));
  const context = () => actor.getSnapshot().context;
  return { actor, is, context, closed, tell: (event: RecordEvent) => told.send?.(event) };
}

const seconds = (length: number) => takeOf(new Float32Array(length * RATE).fill(0.5));

it("records, stops, and begins anew", async () => {
  const { actor, is, context, closed, tell } = recorder(() => Promise.resolve(seconds(2)));
  actor.send({ type: "record" });
  await is("recording");
  tell({ type: "heard", level: 0.7, seconds: 2 });
  expect(context()).toMatchObject({ level: 0.7, seconds: 2, take: null });
  actor.send({ type: "stop", why: "stopped" });
  await is("taken");
  expect(closed).toHaveBeenCalledTimes(1);
  expect(context()).toMatchObject({ ending: "stopped", take: { peaks: { seconds: 2 } } });
  actor.send({ type: "record" });
  await is("recording");
  expect(context()).toMatchObject({ seconds: 0, take: null, problem: null });
});

it("knows what ended it", async () => {
  for (const why of ["limit", "call"] as const) {
    const { actor, is, context } = recorder(() => Promise.resolve(seconds(2)));
    actor.send({ type: "record" });
    await is("recording");
    actor.send({ type: "stop", why });
    await is("taken");
    expect(context().ending).toBe(why);
  }
  const { actor, is, context, tell } = recorder(() => Promise.resolve(seconds(2)));
  actor.send({ type: "record" });
  await is("recording");
  tell({ type: "captured", sound: new Blob() });
  await is("taken");
  expect(context().ending).toBe("unplugged");
});

it("closes the microphone when it is left, also while the browser asks", async () => {
  const { actor, is, closed } = recorder(() => Promise.resolve(seconds(2)));
  actor.send({ type: "record" });
  await is("recording");
  actor.stop();
  expect(closed).toHaveBeenCalledTimes(1);
  const asked = vi.fn<(signal: AbortSignal) => void>();
  const machine = recordMachine.provide({
    actors: {
      microphone: fromPromise<MediaStream>(({ signal }) => {
        asked(signal);
        return new Promise(() => undefined);
      }),
    },
  });
  const waiting = createActor(machine, { input: { limit: LIMIT } }).start();
  waiting.send({ type: "record" });
  waiting.send({ type: "stop", why: "call" });
  expect(waiting.getSnapshot().value).toBe("idle");
  expect(asked.mock.calls[0]?.[0].aborted).toBe(true);
});

it("says why there is nothing, and tries again", async () => {
  for (const [name, problem] of [
    ["NotAllowedError", "denied"],
    ["NotFoundError", "missing"],
    ["NotReadableError", "inUse"],
    ["TypeError", "broken"],
  ] as const) {
    const refused = () => Promise.reject(new DOMException("no", name));
    const { actor, is, context } = recorder(() => Promise.resolve(seconds(2)), refused);
    actor.send({ type: "record" });
    await is("failed");
    expect(context().problem).toBe(problem);
    actor.send({ type: "record" });
    expect(context().problem).toBeNull();
  }
  for (const [take, problem] of [
    [() => Promise.reject(new Error("no sound")), "broken"],
    [() => Promise.resolve(seconds(0.5)), "short"],
  ] as const) {
    const { actor, is, context } = recorder(take);
    actor.send({ type: "record" });
    await is("recording");
    actor.send({ type: "stop", why: "stopped" });
    await is("failed");
    expect(context()).toMatchObject({ problem, take: null });
  }
});

it("makes a WAV and its wave form", async () => {
  const samples = Float32Array.from({ length: RATE }, (_, at) => (at < RATE / 2 ? 0.25 : -2));
  const { file, peaks, loudest } = takeOf(samples);
  expect(peaks.seconds).toBe(1);
  expect(peaks.peaks[0]).toHaveLength(800);
  expect([peaks.peaks[0]?.[0], loudest]).toEqual([0.25, 2]);
  const view = new DataView(await file.arrayBuffer());
  expect(view.byteLength).toBe(44 + RATE * 2);
  expect([view.getUint32(24, true), view.getUint32(40, true)]).toEqual([RATE, RATE * 2]);
  expect([view.getInt16(44, true), view.getInt16(42 + RATE * 2, true)]).toEqual([8191, -32767]);
});
