/** What was recorded, made into what is listened to and sent: the sound as the server keeps greetings. */

import type { Peaks } from "@/api/generated/types.gen";

export const RATE = 16_000;
const COLUMNS = 800;
const HEADER = 44;

export interface Take {
  readonly file: File;
  readonly peaks: Peaks;
  /** The loudest sample, 0 to 1. */
  readonly loudest: number;
}

/** Decodes what a browser recorded, in whichever form, and cuts it at `limit` seconds: timers of a page in the
 * background stop a recording late. Rejects what holds no sound. */
export async function taken(recorded: Blob, limit: number): Promise<Take> {
  const context = new OfflineAudioContext(1, 1, RATE);
  const sound = await context.decodeAudioData(await recorded.arrayBuffer());
  return takeOf(sound.getChannelData(0).subarray(0, limit * RATE));
}

export function takeOf(samples: Float32Array): Take {
  const columns = peaksOf(samples);
  return {
    file: new File([wav(samples)], "greeting.wav", { type: "audio/wav" }),
    peaks: { seconds: samples.length / RATE, peaks: [columns] },
    loudest: columns.reduce((most, each) => Math.max(most, each), 0),
  };
}

function peaksOf(samples: Float32Array): number[] {
  const width = Math.max(1, Math.ceil(samples.length / COLUMNS));
  return Array.from({ length: Math.ceil(samples.length / width) }, (_, column) =>
    samples
      .subarray(column * width, (column + 1) * width)
      .reduce((most, each) => Math.max(most, Math.abs(each)), 0),
  );
}

/** A RIFF file of 16-bit samples, mono. */
function wav(samples: Float32Array): ArrayBuffer {
  const made = new ArrayBuffer(HEADER + samples.length * 2);
  const view = new DataView(made);
  const word = (at: number, text: string) => new TextEncoder().encode(text).forEach((each, i) => view.setUint8(at + i, each));
  word(0, "RIFF");
  view.setUint32(4, made.byteLength - 8, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true); // bytes of what follows about the form
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true); // bytes a second
  view.setUint16(32, 2, true); // bytes of a sample of all channels
  view.setUint16(34, 16, true); // bits
  word(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((each, i) => view.setInt16(HEADER + i * 2, Math.max(-1, Math.min(1, each)) * 32767, true));
  return made;
}
