/** Microphone, speakers and sounds of this browser. */

import bellUrl from "./sounds/bell.wav";
import knockUrl from "./sounds/knock.wav";
import marimbaUrl from "./sounds/marimba.wav";
import ringUrl from "./sounds/ring.wav";
import softUrl from "./sounds/soft.wav";

/** Melodies of ringing; "none" is silence. */
export const RINGTONES = {
  classic: ringUrl,
  soft: softUrl,
  bell: bellUrl,
  marimba: marimbaUrl,
  none: null,
} as const;
export type Ringtone = keyof typeof RINGTONES;

export interface AudioChoice {
  /** Device ids of `enumerateDevices`; empty means the system's own choice. */
  readonly microphone: string;
  readonly speaker: string;
  readonly ringer: string;
  /** 0 to 1. */
  readonly ringVolume: number;
  readonly ringtone: Ringtone;
}

type Sinkable = { setSinkId?: (id: string) => Promise<void> };

/** Plays calls and rings. One for each tab; holds the devices only while a call needs them. */
export class Audio {
  private readonly players = new Map<string, HTMLAudioElement>();
  private ringing: HTMLAudioElement | null = null;

  private readonly choice: () => AudioChoice;

  constructor(choice: () => AudioChoice) {
    this.choice = choice;
  }

  /** The microphone of choice, or the system's when that is gone. Rejects when there is none or it is not allowed. */
  async microphone(): Promise<MediaStream> {
    const { microphone } = this.choice();
    return navigator.mediaDevices.getUserMedia({
      audio: {
        ...(microphone ? { deviceId: { ideal: microphone } } : {}),
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
      },
    });
  }

  release(stream: MediaStream): void {
    for (const track of stream.getTracks()) track.stop();
  }

  /** Let a call be heard, or with null no longer. */
  play(key: string, stream: MediaStream | null): void {
    const old = this.players.get(key);
    if (!stream) {
      if (old) old.srcObject = null;
      this.players.delete(key);
      return;
    }
    const player = old ?? document.createElement("audio");
    player.srcObject = stream;
    this.players.set(key, player);
    // Browsers let a page that uses the microphone play; what rejects is a call that ended meanwhile.
    void aim(player, this.choice().speaker)
      .then(() => player.play())
      .catch(() => undefined);
  }

  /** Send calls that go on to another speaker. */
  speakerChanged(): void {
    for (const player of this.players.values()) void aim(player, this.choice().speaker);
  }

  /** Begin or end ringing: a melody on the ringer, or a soft knock in the ear while I talk. Resolves to false when the
   * browser does not let this page make sound yet. */
  async ring(on: boolean, busy = false): Promise<boolean> {
    if (!on) {
      this.ringing?.pause();
      this.ringing = null;
      return true;
    }
    if (this.ringing) return true;
    const { ringer, speaker, ringVolume, ringtone } = this.choice();
    const melody = busy ? knockUrl : RINGTONES[ringtone];
    if (melody === null) return true;
    const player = new window.Audio(melody);
    player.loop = true;
    player.volume = ringVolume * (busy ? 0.3 : 1);
    this.ringing = player;
    await aim(player, busy ? speaker : ringer);
    try {
      await player.play();
      return true;
    } catch {
      this.ringing = null;
      return false;
    }
  }
}

/** Lets the melody of choice be heard once. Returns what ends it sooner. */
export function sampleRing({ ringer, ringVolume, ringtone }: AudioChoice): () => void {
  const melody = RINGTONES[ringtone];
  if (melody === null) return () => undefined;
  const player = new window.Audio(melody);
  player.volume = ringVolume;
  void aim(player, ringer)
    .then(() => player.play())
    .catch(() => undefined);
  return () => player.pause();
}

/** Plays through this device; through the system's own when it is gone or the browser cannot choose. */
async function aim(player: HTMLAudioElement, device: string): Promise<void> {
  await (player as Sinkable)
    .setSinkId?.(device)
    .catch(() => (player as Sinkable).setSinkId?.(""))
    .catch(() => undefined);
}

/** How loud a microphone is, 0 to 1, about 20 times a second. Returns what ends it. */
export function watchLevel(stream: MediaStream, heard: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, each) => sum + each * each, 0) / samples.length;
    // -60 dB is silence, 0 dB as loud as it gets.
    heard(Math.min(1, Math.max(0, 1 + Math.log10(power + 1e-9) / 6)));
  }, 50);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
