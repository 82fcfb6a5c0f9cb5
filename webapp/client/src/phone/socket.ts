/** The WebSocket under SIP (RFC 7118). JsSIP's own notices a dead network only after minutes; this one asks. */

const PING_MS = 10_000;
const PONG_MS = 5_000;
const PING = "\r\n\r\n"; // RFC 5626 section 4.4.1

/** What JsSIP wants of a socket. It opens again with back-off through JsSIP, which calls `connect`. */
export class PhoneSocket {
  via_transport: string;
  readonly sip_uri: string;
  onconnect: () => void = nothing;
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = nothing;
  ondata: (data: string) => void = nothing;
  private socket: WebSocket | null = null;
  private pinging: ReturnType<typeof setInterval> | undefined;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  readonly url: string;

  constructor(url: string) {
    this.url = url;
    const { host, protocol } = new URL(url);
    this.via_transport = protocol === "wss:" ? "WSS" : "WS";
    this.sip_uri = `sip:${host};transport=ws`;
  }

  connect(): void {
    if (this.socket) return;
    const socket = new WebSocket(this.url, "sip");
    this.socket = socket;
    socket.onopen = () => {
      this.pinging = setInterval(() => this.ask(), PING_MS);
      this.onconnect();
    };
    socket.onmessage = ({ data }) => {
      clearTimeout(this.waiting);
      this.waiting = undefined;
      if (typeof data === "string" && data.trim()) this.ondata(data);
    };
    socket.onclose = ({ wasClean, code, reason }) => this.closed(socket, !wasClean, code, reason);
  }

  disconnect(): void {
    const socket = this.socket;
    this.forget();
    socket?.close();
  }

  send(message: string): boolean {
    if (!this.isConnected()) return false;
    this.socket?.send(message);
    return true;
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING;
  }

  /** Is somebody there? If not, closes within seconds. */
  ask(): void {
    if (!this.isConnected() || this.waiting !== undefined) return;
    this.socket?.send(PING);
    const socket = this.socket;
    this.waiting = setTimeout(() => {
      if (socket) this.closed(socket, true, 4000, "no answer");
    }, PONG_MS);
  }

  private closed(socket: WebSocket, error: boolean, code: number, reason: string): void {
    if (socket !== this.socket) return;
    this.forget();
    socket.close();
    this.ondisconnect(error, code, reason);
  }

  private forget(): void {
    clearInterval(this.pinging);
    clearTimeout(this.waiting);
    this.waiting = undefined;
    if (this.socket) this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket = null;
  }
}

function nothing(): void {
  // Replaced by JsSIP before it connects.
}
