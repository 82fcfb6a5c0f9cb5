/** One tab of the browser holds the phone; the others show it and can take over. */

import type { PhoneAction, PhoneView } from "./types";

const LOCK = "centrale-phone";

type Message =
  | { readonly kind: "view"; readonly view: PhoneView }
  | { readonly kind: "action"; readonly action: PhoneAction }
  | { readonly kind: "ask" };

export interface Follower {
  /** What the tab with the phone shows. */
  view(view: PhoneView): void;
}

export interface Leader {
  /** The phone is this tab's. It lasts until the returned function was called, or the tab is gone. */
  begin(): () => void;
  /** Another tab wants something done. */
  action(action: PhoneAction): void;
  /** A tab has just opened and wants to see. */
  ask(): void;
}

/** Competes for the phone among the tabs of one person. `person` keeps two signed-in people in one browser apart. */
export class Leadership {
  private readonly channel: BroadcastChannel;
  private readonly lock: string;
  private end: (() => void) | null = null;
  private readonly closing = new AbortController();

  private readonly leader: Leader;
  private readonly follower: Follower;

  constructor(person: string, leader: Leader, follower: Follower) {
    this.leader = leader;
    this.follower = follower;
    this.lock = `${LOCK}-${person}`;
    this.channel = new BroadcastChannel(this.lock);
    this.channel.onmessage = ({ data }: MessageEvent<Message>) => this.receive(data);
  }

  get leads(): boolean {
    return this.end !== null;
  }

  /** Waits until no other tab holds the phone, then holds it. */
  start(): void {
    void this.compete(false);
    this.say({ kind: "ask" });
  }

  /** Takes the phone from the tab that has it. */
  takeOver(): void {
    if (!this.leads) void this.compete(true);
  }

  stop(): void {
    this.closing.abort();
    this.lost();
    this.channel.close();
  }

  show(view: PhoneView): void {
    if (this.leads) this.say({ kind: "view", view });
  }

  forward(action: PhoneAction): void {
    this.say({ kind: "action", action });
  }

  private async compete(steal: boolean): Promise<void> {
    const options = steal ? { steal } : { signal: this.closing.signal };
    try {
      await navigator.locks.request(this.lock, options, async () => {
        this.end = this.leader.begin();
        await new Promise((_, reject) => this.closing.signal.addEventListener("abort", reject));
      });
    } catch {
      // Stolen by another tab, or closing.
      this.lost();
      if (!this.closing.signal.aborted) void this.compete(false);
    }
  }

  private lost(): void {
    this.end?.();
    this.end = null;
  }

  private receive(message: Message): void {
    if (message.kind === "view" && !this.leads) this.follower.view(message.view);
    else if (message.kind === "action" && this.leads) this.leader.action(message.action);
    else if (message.kind === "ask" && this.leads) this.leader.ask();
  }

  private say(message: Message): void {
    this.channel.postMessage(message);
  }
}
