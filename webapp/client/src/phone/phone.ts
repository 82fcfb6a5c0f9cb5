/** The phone of this tab as screens use it: it rings, talks and mirrors, whichever tab holds the line. */

import { create } from "zustand";

import type { Call } from "@/live/generated";
import { useLive } from "@/live/store";

import { Audio } from "./audio";
import { lost } from "./cards";
import { audioChoice } from "./choice";
import { holdOn, openAccount } from "./commands";
import { Leadership } from "./leadership";
import { notifyCall, startNotifications } from "./notification";
import { Softphone } from "./softphone";
import type { DialOptions, PhoneAction, PhoneActions, PhoneView } from "./types";

interface PhoneStore {
  readonly view: PhoneView;
  /** This tab holds the phone. */
  readonly leads: boolean;
  /** A call rings, but the browser plays no sound before somebody has clicked on the page. */
  readonly silenced: boolean;
}

const NOTHING: PhoneView = { line: "offline", device: "", legs: [] };
const HAD = "centrale-phone-dialogs";
const INSTANCE = "centrale-phone-instance";
const RETRY_MS = 3000;

export const usePhoneStore = create<PhoneStore>(() => ({ view: NOTHING, leads: false, silenced: false }));

class Phone implements PhoneActions {
  readonly audio = new Audio(audioChoice);
  private softphone: Softphone | null = null;
  private leadership: Leadership | null = null;
  private had: ReadonlySet<string> = new Set();
  private readonly taking = new Set<string>();

  /** From sign-in to sign-out; returns what ends it. `person` is the id of who is signed in. */
  start(person: string): () => void {
    const leadership = new Leadership(
      person,
      {
        begin: () => this.lead(),
        action: (action) => this.act(action),
        ask: () => leadership.show(usePhoneStore.getState().view),
      },
      { view: (view) => usePhoneStore.setState({ view }) },
    );
    this.leadership = leadership;
    const online = () => this.softphone?.networkChanged();
    const leaving = (event: BeforeUnloadEvent) => {
      if (this.softphone?.view().legs.some((leg) => leg.state !== "ended")) event.preventDefault();
    };
    // A headset was plugged in or pulled out: the chosen one again, or what there is.
    const plugged = () => this.devicesChanged();
    window.addEventListener("online", online);
    navigator.mediaDevices.addEventListener("devicechange", plugged);
    window.addEventListener("beforeunload", leaving);
    leadership.start();
    return () => {
      window.removeEventListener("online", online);
      navigator.mediaDevices.removeEventListener("devicechange", plugged);
      window.removeEventListener("beforeunload", leaving);
      leadership.stop();
      this.leadership = null;
    };
  }

  /** Hold the phone in this tab from now on; its calls come along. */
  takeOver(): void {
    this.leadership?.takeOver();
  }

  dial(number: string, options?: DialOptions): void {
    this.act({ name: "dial", args: [number, options] });
  }

  answer(key: string): void {
    this.act({ name: "answer", args: [key] });
  }

  decline(key: string): void {
    this.act({ name: "decline", args: [key] });
  }

  hangUp(key: string): void {
    this.act({ name: "hangUp", args: [key] });
  }

  mute(key: string, muted: boolean): void {
    this.act({ name: "mute", args: [key, muted] });
  }

  press(key: string, digit: string): void {
    this.act({ name: "press", args: [key, digit] });
  }

  takeUp(leg: string, number: string, name: string): void {
    this.act({ name: "takeUp", args: [leg, number, name] });
  }

  take(id: string, number: string, name: string): void {
    this.act({ name: "take", args: [id, number, name] });
  }

  /** Another microphone, speaker or ringer was chosen. */
  devicesChanged(): void {
    this.audio.speakerChanged();
    void this.softphone?.changeMicrophone();
  }

  /** Somebody clicked: sound is allowed now. */
  unsilence(): void {
    if (!usePhoneStore.getState().silenced) return;
    usePhoneStore.setState({ silenced: false });
    this.shown(usePhoneStore.getState().view);
  }

  /** The peer connection of a leg, for its quality; null in a tab that only mirrors. */
  connection(key: string): RTCPeerConnection | null {
    return this.softphone?.connection(key) ?? null;
  }

  /** What a leg takes my voice from; null in a tab that only mirrors. */
  microphone(key: string): MediaStream | null {
    return this.softphone?.microphone(key) ?? null;
  }

  private act(action: PhoneAction): void {
    if (this.softphone) carryOut(this.softphone, action);
    else this.leadership?.forward(action);
  }

  private lead(): () => void {
    const closing = new AbortController();
    let unsubscribe: (() => void) | null = null;
    const quiet = startNotifications();
    this.had = remembered();
    usePhoneStore.setState({ leads: true, view: { ...NOTHING, line: "connecting" } });
    void (async () => {
      const account = await persistently(() => openAccount(instance()), closing.signal);
      // Late: nobody waits for it to see the screen.
      const { JsSipLine } = await import("./jssipLine");
      if (!account || closing.signal.aborted) return;
      const phone = new Softphone(
        account.device,
        new JsSipLine(relayUrl(), account),
        this.surroundings(),
        (view) => this.shown(view),
      );
      this.softphone = phone;
      unsubscribe = useLive.subscribe(() => this.reclaim());
      phone.start();
    })();
    return () => {
      closing.abort();
      unsubscribe?.();
      quiet();
      notifyCall(null);
      this.softphone?.stop();
      this.softphone = null;
      void this.audio.ring(false);
      usePhoneStore.setState({ leads: false });
    };
  }

  private surroundings() {
    return {
      microphone: () => this.audio.microphone(),
      release: (stream: MediaStream) => this.audio.release(stream),
      play: (key: string, stream: MediaStream | null) => this.audio.play(key, stream),
      holdOthers: holdAllBut,
      remember: (dialogs: readonly string[]) => localStorage.setItem(HAD, JSON.stringify(dialogs)),
      now: () => Date.now(),
      later: (act: () => void, ms: number) => void setTimeout(act, ms),
    };
  }

  private shown(view: PhoneView): void {
    usePhoneStore.setState({ view });
    this.leadership?.show(view);
    const ringing = view.legs.filter((leg) => leg.state === "incoming");
    const busy = view.legs.some((leg) => leg.state === "talking");
    notifyCall(ringing[0] ?? null);
    void this.audio.ring(ringing.length > 0, busy).then((audible) => {
      if (usePhoneStore.getState().silenced === audible) usePhoneStore.setState({ silenced: !audible });
    });
    this.reclaim();
  }

  /** Calls that this browser had before a reload or a crash go on here. */
  private reclaim(): void {
    const phone = this.softphone;
    const view = phone?.view();
    if (!phone || view?.line !== "ready" || this.had.size === 0) return;
    for (const { leg, dialog, number, name } of lost(myCalls(), view.legs, this.had)) {
      if (this.taking.has(dialog)) continue;
      this.taking.add(dialog);
      phone.reclaim(leg, number, name);
    }
  }
}

export const phone = new Phone();

function carryOut(phone: PhoneActions, action: PhoneAction): void {
  switch (action.name) {
    case "dial":
      phone.dial(...action.args);
      break;
    case "answer":
      phone.answer(...action.args);
      break;
    case "decline":
      phone.decline(...action.args);
      break;
    case "hangUp":
      phone.hangUp(...action.args);
      break;
    case "mute":
      phone.mute(...action.args);
      break;
    case "press":
      phone.press(...action.args);
      break;
    case "takeUp":
      phone.takeUp(...action.args);
      break;
    case "take":
      phone.take(...action.args);
      break;
  }
}

function myCalls(): Call[] {
  return [...useLive.getState().entities.call.values()];
}

/** Puts every other call of mine that I talk in on hold. `mine` is the leg at the core that I am about to replace. */
async function holdAllBut(dialog: string | null, mine: string | null): Promise<void> {
  const talking = myCalls()
    .filter((call) => call.state === "talking" && !call.held_by_me)
    .filter((call) => {
      const own = call.legs.find((leg) => leg.id === call.my_leg);
      return own?.dialog && own.dialog !== dialog && own.id !== mine;
    });
  await Promise.all(talking.map((call) => holdOn(call.id, true)));
}

function relayUrl(): string {
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws/sip`;
}

function instance(): string {
  const kept = localStorage.getItem(INSTANCE) ?? crypto.randomUUID();
  localStorage.setItem(INSTANCE, kept);
  return kept;
}

function remembered(): Set<string> {
  try {
    return new Set(JSON.parse(localStorage.getItem(HAD) ?? "[]") as string[]);
  } catch {
    return new Set();
  }
}

/** Tries again until it works; null once `closing` says stop. */
async function persistently<T>(attempt: () => Promise<T>, closing: AbortSignal): Promise<T | null> {
  for (;;) {
    try {
      const result = await attempt();
      return closing.aborted ? null : result;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    if (closing.aborted) return null;
  }
}
