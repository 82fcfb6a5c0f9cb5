/** The machine that records greetings, with the microphone and the recorder of this browser. */

import { fromCallback, fromPromise } from "xstate";

import { watchLevel } from "@/phone/audio";
import { phone } from "@/phone/phone";
import {
  type CaptureEvent,
  type CaptureInput,
  recordMachine,
  type RecordEvent,
  type TakeInput,
} from "@/voicemail/recordMachine";
import { type Take, taken } from "@/voicemail/take";

const microphone = fromPromise<MediaStream>(async ({ signal }) => {
  const stream = await phone.audio.microphone();
  // Allowed after the dialog was left: nobody else closes it.
  if (signal.aborted) phone.audio.release(stream);
  return stream;
});

const capture = fromCallback<CaptureEvent, CaptureInput>(({ input: { stream, limit }, sendBack, receive }) => {
  const close = () => phone.audio.release(stream);
  try {
    const { stop, end } = record(stream, limit, (event) => sendBack(event));
    receive(stop);
    return () => {
      end();
      close();
    };
  } catch (error) {
    close();
    throw error;
  }
});

/** Begins to record. `stop` ends it with its sound, `end` without. */
function record(stream: MediaStream, limit: number, tell: (event: RecordEvent) => void) {
  const recorder = new MediaRecorder(stream);
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  // Also when the microphone is pulled out.
  recorder.onstop = () => tell({ type: "captured", sound: new Blob(pieces, { type: recorder.mimeType }) });
  recorder.onerror = () => tell({ type: "broke" });
  recorder.start();
  const begun = performance.now();
  const unwatch = watchLevel(stream, (level) => {
    const seconds = Math.min(limit, (performance.now() - begun) / 1000);
    tell({ type: "heard", level, seconds });
    if (seconds >= limit) tell({ type: "stop", why: "limit" });
  });
  const stop = () => {
    if (recorder.state !== "inactive") recorder.stop();
  };
  const end = () => {
    unwatch();
    stop();
  };
  return { stop, end };
}

const take = fromPromise<Take, TakeInput>(({ input: { sound, limit } }) => taken(sound, limit));

export const recorder = recordMachine.provide({ actors: { microphone, capture, take } });
