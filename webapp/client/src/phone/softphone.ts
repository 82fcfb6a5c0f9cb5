/** The phone of this tab: legs, microphone and line together. Knows no React, no JsSIP and no network. */

import { type Actor, createActor } from "xstate";

import type { Line, Session } from "./line";
import { type LegEvent, type LegStart, legMachine } from "./legMachine";
import type { DialOptions, EndReason, LegView, LineState, PhoneActions, PhoneView } from "./types";

/** How long an ended leg stays on the screen, in milliseconds. */
export const FAREWELL_MS = 4000;

export interface Surroundings {
  /** Asks for the microphone; rejects when there is none or it is not allowed. */
  microphone(): Promise<MediaStream>;
  /** The leg no longer needs it. */
  release(stream: MediaStream): void;
  /** Play, or with null stop playing, what the other side of a leg says. */
  play(key: string, stream: MediaStream | null): void;
  /** Put what I talk to now on hold, because another call gets my ear: the one with this dialog, or with this leg at
   * the core. Resolves when it is. */
  holdOthers(dialog: string | null, leg: string | null): Promise<void>;
  /** Dialogs of this browser, kept over a reload. */
  remember(dialogs: readonly string[]): void;
  /** Milliseconds since 1970. */
  now(): number;
  later(act: () => void, ms: number): void;
}

interface Leg {
  readonly key: string;
  readonly incoming: boolean;
  readonly startedAt: number;
  readonly actor: Actor<typeof legMachine>;
  number: string;
  name: string;
  returns: string | null;
  session: Session | null;
  microphone: MediaStream | null;
}

export class Softphone implements PhoneActions {
  private readonly legs = new Map<string, Leg>();
  private line: LineState = "offline";
  private counted = 0;
  private stopped = false;

  private readonly device: string;
  private readonly way: Line;
  private readonly around: Surroundings;
  private readonly changed: (view: PhoneView) => void;

  constructor(device: string, way: Line, around: Surroundings, changed: (view: PhoneView) => void) {
    this.device = device;
    this.way = way;
    this.around = around;
    this.changed = changed;
  }

  start(): void {
    this.way.start({ state: (state) => this.lineIs(state), incoming: (session) => this.incoming(session) });
  }

  /** Lets go of line and microphone. Calls go on at the core, which holds the other side until a tab takes them up. */
  stop(): void {
    this.stopped = true;
    for (const leg of this.legs.values()) this.letGo(leg);
    this.legs.clear();
    this.way.stop();
  }

  dial(number: string, options: DialOptions = {}): void {
    const headers = [
      ...(options.callerId ? [`X-Centrale-Caller-Id: ${options.callerId}`] : []),
      ...(options.record ? ["X-Centrale-Record: yes"] : []),
    ];
    void this.place(this.add("dialling", number, ""), number, headers);
  }

  /** Goes on with a call whose audio this browser lost, or that another browser of mine has. `leg` is its id in live
   * state, `number` and `name` who is at the other end. */
  takeUp(leg: string, number: string, name: string): void {
    this.goOn(leg, number, name, true);
  }

  /** The same for a call that this browser had before its page was loaded again: what was on hold is, and what was
   * not stays so. */
  reclaim(leg: string, number: string, name: string): void {
    this.goOn(leg, number, name, false);
  }

  private goOn(leg: string, number: string, name: string, alone: boolean): void {
    const returned = this.add("reconnecting", number, name);
    returned.returns = leg;
    void this.place(returned, `return.${leg}`, [], alone);
  }

  take(id: string, number: string, name: string): void {
    void this.place(this.add("dialling", number, name), `take.${id}`, []);
  }

  answer(key: string): void {
    const leg = this.legs.get(key);
    if (!leg?.session || leg.actor.getSnapshot().value !== "incoming") return;
    this.send(leg, { type: "answer" });
    void this.withMicrophone(leg, (stream) => leg.session?.answer(stream));
  }

  decline(key: string): void {
    this.finish(key, 603);
  }

  hangUp(key: string): void {
    this.finish(key);
  }

  mute(key: string, muted: boolean): void {
    const leg = this.legs.get(key);
    if (!leg) return;
    leg.session?.mute(muted);
    this.send(leg, { type: "mute", muted });
  }

  press(key: string, digit: string): void {
    if (/^[0-9*#A-D]$/.test(digit)) this.legs.get(key)?.session?.press(digit);
  }

  /** Talk with another microphone from now on. */
  async changeMicrophone(): Promise<void> {
    for (const leg of this.legs.values()) {
      if (!leg.microphone || !leg.session) continue;
      const old = leg.microphone;
      leg.microphone = await this.around.microphone();
      leg.session.replaceMicrophone(leg.microphone);
      if (leg.actor.getSnapshot().context.muted) leg.session.mute(true);
      this.around.release(old);
    }
  }

  /** The machine has another network now. */
  networkChanged(): void {
    this.way.hurry();
  }

  /** The peer connection of a leg, for its quality. */
  connection(key: string): RTCPeerConnection | null {
    return this.legs.get(key)?.session?.connection ?? null;
  }

  /** What a leg takes my voice from; null when it takes none. */
  microphone(key: string): MediaStream | null {
    return this.legs.get(key)?.microphone ?? null;
  }

  view(): PhoneView {
    return { line: this.line, device: this.device, legs: [...this.legs.values()].map(shown) };
  }

  private async place(
    leg: Leg,
    target: string,
    headers: readonly string[],
    alone = true,
  ): Promise<void> {
    const go = (stream: MediaStream) => {
      leg.session = this.way.call(target, stream, headers);
      this.follow(leg, leg.session);
    };
    await this.withMicrophone(leg, go, alone);
  }

  /** Everything that comes before my voice goes somewhere: other calls wait if this one is to be `alone`, the
   * microphone is there. */
  private async withMicrophone(leg: Leg, go: (stream: MediaStream) => void, alone = true): Promise<void> {
    const others = () => this.around.holdOthers(leg.session?.dialog ?? null, leg.returns);
    try {
      const [stream] = await Promise.all([
        this.around.microphone(),
        alone ? others().catch(() => undefined) : undefined,
      ]);
      leg.microphone = stream;
    } catch {
      leg.session?.end(480);
      this.ended(leg, "microphone");
      return;
    }
    if (leg.actor.getSnapshot().status === "active") go(leg.microphone);
    else this.letGo(leg);
    this.tell();
  }

  private incoming(session: Session): void {
    const leg = this.add("incoming", session.number, session.name);
    leg.session = session;
    this.follow(leg, session);
    this.tell();
  }

  private follow(leg: Leg, session: Session): void {
    session.listen({
      ringing: () => this.send(leg, { type: "ringing" }),
      connected: () => {
        this.send(leg, { type: "connected", at: this.around.now() });
        if (leg.actor.getSnapshot().context.muted) session.mute(true);
      },
      ended: (reason) => this.ended(leg, reason),
      audio: (stream) => this.around.play(leg.key, stream),
      media: (flows) => {
        this.send(leg, { type: flows ? "mediaBack" : "mediaLost" });
        if (!flows && this.line === "ready") session.refresh(true);
      },
    });
  }

  private lineIs(state: LineState): void {
    const back = state === "ready" && this.line !== "ready";
    this.line = state;
    if (back) {
      for (const leg of this.legs.values()) {
        const value = leg.actor.getSnapshot().value;
        if (value === "talking" || value === "reconnecting") leg.session?.refresh(value === "reconnecting");
      }
    }
    this.tell();
  }

  private finish(key: string, code?: number): void {
    const leg = this.legs.get(key);
    if (!leg || leg.actor.getSnapshot().status !== "active") return;
    leg.session?.end(code);
    this.ended(leg, "hungUp");
  }

  private ended(leg: Leg, reason: EndReason): void {
    if (leg.actor.getSnapshot().status !== "active") return;
    this.letGo(leg);
    this.send(leg, { type: "end", reason });
    this.around.later(() => {
      this.legs.delete(leg.key);
      this.tell();
    }, FAREWELL_MS);
  }

  private letGo(leg: Leg): void {
    this.around.play(leg.key, null);
    if (leg.microphone) this.around.release(leg.microphone);
    leg.microphone = null;
  }

  private add(start: LegStart, number: string, name: string): Leg {
    this.counted += 1;
    const startedAt = this.around.now();
    const leg: Leg = {
      key: `${startedAt}-${this.counted}`,
      incoming: start === "incoming",
      startedAt,
      actor: createActor(legMachine, { snapshot: legMachine.resolveState({ value: start, context: BLANK }) }),
      number,
      name,
      returns: null,
      session: null,
      microphone: null,
    };
    leg.actor.start();
    this.legs.set(leg.key, leg);
    this.tell();
    return leg;
  }

  private send(leg: Leg, event: LegEvent): void {
    leg.actor.send(event);
    this.tell();
  }

  private tell(): void {
    if (this.stopped) return;
    const view = this.view();
    this.around.remember(
      view.legs.filter((leg) => leg.state !== "ended" && leg.dialog).map((leg) => leg.dialog),
    );
    this.changed(view);
  }
}

const BLANK = { muted: false, answeredAt: null, ended: null };

function shown(leg: Leg): LegView {
  const { value, context } = leg.actor.getSnapshot();
  return {
    key: leg.key,
    dialog: leg.session?.dialog ?? "",
    direction: leg.incoming ? "in" : "out",
    state: value,
    number: leg.number,
    name: leg.name,
    muted: context.muted,
    startedAt: leg.startedAt,
    answeredAt: context.answeredAt,
    ended: context.ended,
    returns: leg.returns,
  };
}
