/** Holds the WebSocket /ws/live: comes back by itself, resumes, pings. */
import type { Ping } from "@/live/generated";
import type { ConnectionState, ServerMessage } from "@/live/types";

/** What the server says by closing. */
const SESSION_ENDED = 4401;
const WRONG_ORIGIN = 4403;
const TOO_SLOW = 4008;

/** Milliseconds. The first try comes soon: most losses are a restart of the web process. */
const FIRST_WAIT = 300;
const LONGEST_WAIT = 15_000;
const PING_EVERY = 20_000;
/** Timers of hidden pages are slow, messages are not: they bring a ping too when the last one is this old. */
const PING_WITH_MESSAGE = 10_000;
/** Nothing heard for so long, though each ping is answered: the connection is dead. */
const SILENCE = 45_000;

export interface Resume {
  stream: string | null;
  number: number;
}

/** What the connection needs from around it. Tests give their own socket and clock. */
export interface Surroundings {
  open: (path: string) => WebSocket;
  take: (message: ServerMessage, now: number) => void;
  state: (state: ConnectionState) => void;
  resume: () => Resume;
  /** The server ended the session, or the person's role changed. */
  ended: () => void;
}

/** Milliseconds to wait before try `tries` (0, 1, …); `chance` from 0 to 1 spreads many browsers out. */
export function wait(tries: number, chance: number): number {
  const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
  return longest / 2 + (longest / 2) * chance;
}

export class LiveConnection {
  readonly #around: Surroundings;
  #socket: WebSocket | null = null;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setInterval> | undefined;
  #heard = 0;
  #pinged = 0;
  #running = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Connects and stays connected until stop(). */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    window.addEventListener("online", this.#online);
    window.addEventListener("offline", this.#offline);
    document.addEventListener("visibilitychange", this.#look);
    this.#connect();
  }

  /** Closes; nothing is called any more. */
  stop(): void {
    this.#running = false;
    window.removeEventListener("online", this.#online);
    window.removeEventListener("offline", this.#offline);
    document.removeEventListener("visibilitychange", this.#look);
    clearTimeout(this.#retry);
    this.#drop();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    const { stream, number } = this.#around.resume();
    const query = stream === null ? "" : `?${new URLSearchParams({ since: String(number), stream }).toString()}`;
    const socket = this.#around.open(`/ws/live${query}`);
    this.#socket = socket;
    this.#heard = Date.now();
    socket.addEventListener("message", (event: MessageEvent<string>) => {
      if (socket === this.#socket) this.#message(event.data);
    });
    socket.addEventListener("close", (event) => {
      if (socket === this.#socket) this.#closed(event.code);
    });
    this.#beat = setInterval(() => this.#check(), PING_EVERY);
  }

  #message(data: string): void {
    const now = Date.now();
    const message = JSON.parse(data) as ServerMessage;
    this.#heard = now;
    this.#around.take(message, now / 1000);
    if (message.type === "hello") {
      this.#tries = 0;
      this.#around.state("open");
    }
    if (now - this.#pinged > PING_WITH_MESSAGE) this.#ping(now);
  }

  #ping(now: number): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#pinged = now;
    const ping: Ping = { type: "ping", number: this.#around.resume().number };
    this.#socket.send(JSON.stringify(ping));
  }

  #check(): void {
    const now = Date.now();
    if (now - this.#heard > SILENCE) this.#again();
    else this.#ping(now);
  }

  #closed(code: number): void {
    this.#drop();
    if (code === SESSION_ENDED) {
      this.#around.ended();
    } else if (code === WRONG_ORIGIN) {
      this.#around.state("refused");
      return;
    }
    this.#around.state(navigator.onLine ? "waiting" : "offline");
    const delay = code === TOO_SLOW ? 0 : wait(this.#tries, Math.random());
    this.#tries += 1;
    this.#retry = setTimeout(() => this.#connect(), delay);
  }

  /** Gives the socket up and connects at once. */
  #again(): void {
    this.#drop();
    this.#around.state("waiting");
    this.#connect();
  }

  #drop(): void {
    clearInterval(this.#beat);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  readonly #online = (): void => {
    this.#tries = 0;
    this.#again();
  };

  readonly #offline = (): void => this.#around.state("offline");

  /** A laptop that wakes up: its socket may be long dead without having said so. */
  readonly #look = (): void => {
    if (document.visibilityState !== "visible") return;
    if (this.#socket === null) this.#online();
    else this.#check();
  };
}
