import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { LiveConnection, wait } from "@/live/connection";

class Socket extends EventTarget {
  readyState: number = WebSocket.OPEN;
  readonly sent: string[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.closed = true;
  }

  says(message: object): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
  }

  ends(code: number): void {
    this.dispatchEvent(new CloseEvent("close", { code }));
  }
}

const hello = { type: "hello", stream: "s1", number: 7, time: 0, state: [] };
let sockets: Socket[];
let paths: string[];
let at: { stream: string | null; number: number };
const state = vi.fn();
const ended = vi.fn();
const taken = vi.fn();
let live: LiveConnection;

const latest = (): Socket => sockets.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  paths = [];
  at = { stream: null, number: 0 };
  live = new LiveConnection({
    open: (path) => {
      paths.push(path);
      const socket = new Socket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    take: taken,
    state,
    resume: () => at,
    ended,
  });
  live.start();
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
  vi.clearAllMocks();
});

describe("the live connection", () => {
  it("is open once the server said hello", () => {
    expect(state).not.toHaveBeenCalled();
    latest().says(hello);
    expect(state).toHaveBeenLastCalledWith("open");
    expect(taken).toHaveBeenCalledWith(hello, expect.any(Number));
  });

  it("comes back and resumes where it was", () => {
    latest().says(hello);
    at = { stream: "s1", number: 9 };
    latest().ends(1006);
    expect(state).toHaveBeenLastCalledWith("waiting");
    vi.advanceTimersByTime(300);
    expect(paths.at(-1)).toBe("/ws/live?since=9&stream=s1");
  });

  it("waits longer after each failure, within bounds, spread by chance", () => {
    expect(wait(0, 0)).toBe(150);
    expect(wait(0, 1)).toBe(300);
    expect(wait(3, 1)).toBe(2400);
    expect(wait(50, 1)).toBe(15_000);
    for (let tries = 0; tries < 6; tries += 1) {
      latest().ends(1006);
      vi.advanceTimersByTime(wait(tries, 1));
    }
    expect(sockets).toHaveLength(7);
  });

  it("asks who it is when the session ended, and stops at a wrong origin", () => {
    latest().ends(4401);
    expect(ended).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(300);
    latest().ends(4403);
    expect(state).toHaveBeenLastCalledWith("refused");
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(2);
  });

  it("pings on time and with messages, and gives a silent connection up", () => {
    latest().says(hello);
    at = { stream: "s1", number: 7 };
    const first = latest().sent.length;
    vi.advanceTimersByTime(20_000);
    expect(JSON.parse(latest().sent.at(-1)!)).toEqual({ type: "ping", number: 7 });
    expect(latest().sent.length).toBe(first + 1);
    vi.advanceTimersByTime(40_000);
    expect(sockets).toHaveLength(2);
    expect(sockets[0]!.closed).toBe(true);
  });

  it("tries at once when the network comes back", () => {
    latest().ends(1006);
    window.dispatchEvent(new Event("online"));
    expect(sockets).toHaveLength(2);
    vi.advanceTimersByTime(60_000 / 2);
    expect(sockets).toHaveLength(2);
  });

  it("ignores what an old socket still says", () => {
    const old = latest();
    window.dispatchEvent(new Event("online"));
    old.says(hello);
    old.ends(1000);
    expect(taken).not.toHaveBeenCalled();
    expect(sockets).toHaveLength(2);
  });

  it("says nothing more after stop", () => {
    live.stop();
    latest().says(hello);
    vi.advanceTimersByTime(60_000);
    expect(taken).not.toHaveBeenCalled();
    expect(sockets).toHaveLength(1);
  });
});
