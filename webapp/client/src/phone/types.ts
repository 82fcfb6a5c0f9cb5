/** What the phone shows of itself. Plain data: it travels from the tab that holds the phone to the others. */

export type LegState =
  "incoming" | "answering" | "dialling" | "ringing" | "talking" | "reconnecting" | "ended";

/** Why a leg ended, as far as a person wants to know. */
export type EndReason =
  | "hungUp"
  | "remote"
  | "busy"
  | "declined"
  | "noAnswer"
  | "notFound"
  | "elsewhere"
  | "microphone"
  | "refused"
  | "lost";

export interface LegView {
  /** Names the leg within this browser. */
  readonly key: string;
  /** SIP Call-ID (RFC 3261 section 8.1.1.4); the same leg in live state has it as `dialog`. */
  readonly dialog: string;
  readonly direction: "in" | "out";
  readonly state: LegState;
  readonly number: string;
  readonly name: string;
  readonly muted: boolean;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly ended: EndReason | null;
  /** The leg in live state whose place this one takes (after a reload, from another tab); null for any other. */
  readonly returns: string | null;
}

/** The way to the core: `refused` needs a person (signed out), the others mend themselves. */
export type LineState = "offline" | "connecting" | "ready" | "reconnecting" | "refused";

export interface PhoneView {
  readonly line: LineState;
  /** Id of the device that stands for this person's browsers; "" before it is known. */
  readonly device: string;
  readonly legs: readonly LegView[];
}

export interface DialOptions {
  /** Id of an allowed caller ID, for this call only. */
  readonly callerId?: string;
  readonly record?: boolean;
}

/** What a person can do with the phone, in the tab that holds it or in another one. */
export interface PhoneActions {
  dial(number: string, options?: DialOptions): void;
  answer(key: string): void;
  decline(key: string): void;
  hangUp(key: string): void;
  mute(key: string, muted: boolean): void;
  press(key: string, digit: string): void;
  /** Go on here with a call whose leg is `leg` in live state. */
  takeUp(leg: string, number: string, name: string): void;
  /** Take here what rings, or goes on, at another phone. `id` is a call that rings, or a leg of mine, in live state. */
  take(id: string, number: string, name: string): void;
}

export type PhoneAction = {
  [Name in keyof PhoneActions]: { readonly name: Name; readonly args: Parameters<PhoneActions[Name]> };
}[keyof PhoneActions];
