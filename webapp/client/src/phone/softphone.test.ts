import { beforeEach, describe, expect, it } from "vitest";

import type { Line, LineEvents, Session, SessionEvents } from "./line";
import { FAREWELL_MS, Softphone, type Surroundings } from "./softphone";
import type { PhoneView } from "./types";

class FakeSession implements Session {
  readonly connection = null;
  events!: SessionEvents;
  readonly done: string[] = [];

  readonly dialog: string;
  readonly number: string;
  readonly name: string;

  constructor(dialog: string, number: string, name = "") {
    this.dialog = dialog;
    this.number = number;
    this.name = name;
  }

  listen(events: SessionEvents): void {
    this.events = events;
  }
  answer(): void {
    this.done.push("answer");
  }
  end(code?: number): void {
    this.done.push(`end ${code ?? ""}`.trim());
  }
  mute(muted: boolean): void {
    this.done.push(muted ? "mute" : "unmute");
  }
  press(digit: string): void {
    this.done.push(digit);
  }
  replaceMicrophone(): void {
    this.done.push("microphone");
  }
  refresh(restart: boolean): void {
    this.done.push(restart ? "restart" : "refresh");
  }
}

class FakeLine implements Line {
  events!: LineEvents;
  readonly calls: { target: string; headers: readonly string[]; session: FakeSession }[] = [];

  start(events: LineEvents): void {
    this.events = events;
    events.state("ready");
  }
  stop(): void {
    this.events.state("offline");
  }
  hurry(): void {}
  call(target: string, _microphone: MediaStream, headers: readonly string[]): Session {
    const session = new FakeSession(`out-${this.calls.length + 1}`, target);
    this.calls.push({ target, headers, session });
    return session;
  }
}

let line: FakeLine;
let phone: Softphone;
let view: PhoneView;
let microphones: number;
let allowed: boolean;
let held: (string | null)[];
let remembered: readonly string[];
let timers: { act: () => void; ms: number }[];

const STREAM = {} as MediaStream;

beforeEach(() => {
  line = new FakeLine();
  microphones = 0;
  allowed = true;
  held = [];
  timers = [];
  const around: Surroundings = {
    microphone: () => {
      if (!allowed) return Promise.reject(new Error("NotAllowedError"));
      microphones += 1;
      return Promise.resolve(STREAM);
    },
    release: () => (microphones -= 1),
    play: () => undefined,
    holdOthers: (dialog, leg) => {
      held.push(dialog ?? leg);
      return Promise.resolve();
    },
    remember: (dialogs) => (remembered = dialogs),
    now: () => 1000,
    later: (act, ms) => timers.push({ act, ms }),
  };
  phone = new Softphone("browser", line, around, (seen) => (view = seen));
  phone.start();
});

const settle = () => new Promise((resolve) => setTimeout(resolve));

async function dialled(number = "102"): Promise<FakeSession> {
  phone.dial(number);
  await settle();
  return line.calls.at(-1)!.session;
}

function called(dialog = "in-1"): FakeSession {
  const session = new FakeSession(dialog, "103", "Anna");
  line.events.incoming(session);
  return session;
}

describe("a call of mine", () => {
  it("is on the screen before the microphone is there", () => {
    phone.dial("102");
    expect(view.legs).toMatchObject([{ state: "dialling", number: "102", direction: "out" }]);
  });

  it("rings, is answered and ended by the other side", async () => {
    const session = await dialled();
    session.events.ringing();
    expect(view.legs[0]?.state).toBe("ringing");
    session.events.connected();
    expect(view.legs[0]).toMatchObject({ state: "talking", answeredAt: 1000 });
    expect(remembered).toEqual(["out-1"]);
    session.events.ended("remote");
    expect(view.legs[0]).toMatchObject({ state: "ended", ended: "remote" });
    expect(microphones).toBe(0);
    expect(remembered).toEqual([]);
    expect(timers[0]?.ms).toBe(FAREWELL_MS);
    timers[0]?.act();
    expect(view.legs).toEqual([]);
  });

  it("takes caller ID and recording along", async () => {
    phone.dial("0201234567", { callerId: "c1", record: true });
    await settle();
    expect(line.calls[0]?.headers).toEqual(["X-Centrale-Caller-Id: c1", "X-Centrale-Record: yes"]);
  });

  it("says so when the microphone is not allowed, and calls nobody", async () => {
    allowed = false;
    phone.dial("102");
    await settle();
    expect(view.legs[0]).toMatchObject({ state: "ended", ended: "microphone" });
    expect(line.calls).toEqual([]);
  });

  it("is not placed when I hang up before the microphone is there", async () => {
    phone.dial("102");
    phone.hangUp(view.legs[0]!.key);
    await settle();
    expect(line.calls).toEqual([]);
    expect(microphones).toBe(0);
  });

  it("sends only keys that exist", async () => {
    const session = await dialled();
    session.events.connected();
    for (const digit of ["5", "#", "x", "55", ""]) phone.press(view.legs[0]!.key, digit);
    expect(session.done).toEqual(["5", "#"]);
  });
});

describe("a call to me", () => {
  it("puts others on hold when I answer", async () => {
    const first = await dialled();
    first.events.connected();
    const second = called();
    phone.answer(view.legs[1]!.key);
    expect(view.legs[1]?.state).toBe("answering");
    await settle();
    expect(held).toEqual([null, "in-1"]);
    expect(second.done).toEqual(["answer"]);
    second.events.connected();
    expect(view.legs.map((leg) => leg.state)).toEqual(["talking", "talking"]);
  });

  it("is refused with 480 when the microphone is not allowed", async () => {
    const session = called();
    allowed = false;
    phone.answer(view.legs[0]!.key);
    await settle();
    expect(session.done).toEqual(["end 480"]);
    expect(view.legs[0]).toMatchObject({ state: "ended", ended: "microphone" });
  });

  it("is declined with 603", () => {
    const session = called();
    phone.decline(view.legs[0]!.key);
    expect(session.done).toEqual(["end 603"]);
  });

  it("ends quietly when answered elsewhere, and cannot be answered any more", async () => {
    const session = called();
    session.events.ended("elsewhere");
    phone.answer(view.legs[0]!.key);
    await settle();
    expect(session.done).toEqual([]);
    expect(view.legs[0]).toMatchObject({ state: "ended", ended: "elsewhere" });
  });

  it("stays muted when it is muted before it is answered", async () => {
    const session = called();
    phone.mute(view.legs[0]!.key, true);
    phone.answer(view.legs[0]!.key);
    await settle();
    session.events.connected();
    expect(session.done.at(-1)).toBe("mute");
    expect(view.legs[0]?.muted).toBe(true);
  });
});

describe("a network that fails", () => {
  it("tells the core where we are when the line is back", async () => {
    const session = await dialled();
    session.events.connected();
    line.events.state("reconnecting");
    expect(view.legs[0]?.state).toBe("talking");
    line.events.state("ready");
    expect(session.done).toEqual(["refresh"]);
  });

  it("looks for another way when no audio gets through", async () => {
    const session = await dialled();
    session.events.connected();
    session.events.media(false);
    expect(view.legs[0]?.state).toBe("reconnecting");
    expect(session.done).toEqual(["restart"]);
    session.events.media(true);
    expect(view.legs[0]?.state).toBe("talking");
  });

  it("waits for the line first when that is gone too", async () => {
    const session = await dialled();
    session.events.connected();
    line.events.state("reconnecting");
    session.events.media(false);
    expect(session.done).toEqual([]);
    line.events.state("ready");
    expect(session.done).toEqual(["restart"]);
  });

  it("takes a call up again under its leg", async () => {
    phone.takeUp("leg-7", "102", "Anna");
    expect(view.legs[0]).toMatchObject({ state: "reconnecting", number: "102", name: "Anna" });
    await settle();
    expect(line.calls[0]?.target).toBe("return.leg-7");
    line.calls[0]?.session.events.connected();
    expect(view.legs[0]?.state).toBe("talking");
  });

  it("lets others wait for a call that is taken up, but not for those it had itself", async () => {
    phone.takeUp("leg-7", "102", "Anna");
    await settle();
    expect(held).toEqual(["leg-7"]);
    phone.reclaim("leg-8", "103", "Bob");
    phone.reclaim("leg-9", "104", "Carla");
    await settle();
    expect(line.calls.map((call) => call.target)).toEqual(["return.leg-7", "return.leg-8", "return.leg-9"]);
    expect(held).toEqual(["leg-7"]);
  });

  it("lets go of the line and keeps the calls for another tab", async () => {
    const session = await dialled();
    session.events.connected();
    phone.stop();
    session.events.ended("lost");
    expect(session.done).toEqual([]);
    expect(microphones).toBe(0);
    expect(remembered).toEqual(["out-1"]);
  });
});
