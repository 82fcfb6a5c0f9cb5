/** The phone's way out, as the rest of the phone knows it. `jssipLine.ts` is the real one; tests make their own. */

import type { EndReason, LineState } from "./types";

export interface SessionEvents {
  ringing(): void;
  connected(): void;
  ended(reason: EndReason): void;
  /** Audio of the other side can be played. */
  audio(stream: MediaStream): void;
  /** ICE (RFC 8445): false when no packet gets through any more, true when they do again. */
  media(flows: boolean): void;
}

/** One dialog with the core. */
export interface Session {
  /** SIP Call-ID. */
  readonly dialog: string;
  readonly number: string;
  readonly name: string;
  /** For `getStats()`; null before there is one. */
  readonly connection: RTCPeerConnection | null;
  listen(events: SessionEvents): void;
  answer(microphone: MediaStream): void;
  /** Hangs up, cancels or declines, whatever fits. `code`: SIP status of a refusal (486, 603). */
  end(code?: number): void;
  mute(muted: boolean): void;
  /** RFC 4733. */
  press(digit: string): void;
  /** Other microphone, same call. */
  replaceMicrophone(microphone: MediaStream): void;
  /** Tells the core where we are now; with `restart` also looks for a new way for the audio (ICE restart). Does nothing
   * while the line is down. */
  refresh(restart: boolean): void;
}

export interface LineEvents {
  state(state: LineState): void;
  incoming(session: Session): void;
}

export interface Line {
  start(events: LineEvents): void;
  /** Lets go; calls are not ended. */
  stop(): void;
  /** The browser says the network changed: do not wait for a time-out. */
  hurry(): void;
  call(target: string, microphone: MediaStream, headers: readonly string[]): Session;
}
