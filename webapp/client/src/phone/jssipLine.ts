/** The line over JsSIP, with what it gets wrong put right. The only file that imports it. */

import JsSIP from "jssip";
import type { DTMFOptions, RTCSession } from "jssip/lib/RTCSession";
import type { RTCSessionEvent } from "jssip/lib/UA";

import type { Line, LineEvents, Session, SessionEvents } from "./line";
import { PhoneSocket } from "./socket";
import type { EndReason } from "./types";

export interface Account {
  /** Id of the device. */
  readonly device: string;
  readonly username: string;
  readonly domain: string;
  readonly displayName: string;
  readonly iceServers: RTCIceServer[];
  /** Stays the same over reloads (RFC 5626 section 4.1): the new page replaces the registration of the old one. */
  readonly instance: string;
}

/** Longest wait for more ICE candidates, in milliseconds: a call should not start late for one more way. */
const GATHERING_MS = 500;
const SIGNED_OUT = 4401;

export class JsSipLine implements Line {
  private readonly socket: PhoneSocket;
  private readonly agent: JsSIP.UA;
  private events: LineEvents | null = null;
  private refused = false;
  /** The session was good: it registered since the line was last lost. */
  private held = false;

  private readonly account: Account;

  constructor(url: string, account: Account) {
    this.account = account;
    this.socket = new PhoneSocket(url);
    this.agent = new JsSIP.UA({
      sockets: this.socket as unknown as JsSIP.Socket,
      uri: `sip:${account.username}@${account.domain}`,
      display_name: account.displayName,
      instance_id: account.instance,
      register_expires: 120,
      session_timers: false,
      no_answer_timeout: 3600,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 15,
      user_agent: "Centrale",
    });
  }

  start(events: LineEvents): void {
    this.events = events;
    const agent = this.agent;
    agent.on("connecting", ({ attempts }) => events.state(attempts ? "reconnecting" : "connecting"));
    agent.on("disconnected", ({ code }) => this.dropped(code));
    agent.on("registered", () => {
      this.held = true;
      events.state("ready");
    });
    agent.on("registrationFailed", () => events.state("reconnecting"));
    agent.on("newRTCSession", (event: RTCSessionEvent) => {
      if (event.originator !== "remote") return;
      events.incoming(new JsSipSession(agent, event.session, this.account.iceServers));
    });
    agent.start();
  }

  stop(): void {
    // First the socket: JsSIP would end the calls. The core forgets the registration with the connection.
    this.socket.disconnect();
    this.agent.stop();
  }

  hurry(): void {
    if (this.refused) return;
    if (this.socket.isConnected()) this.socket.ask();
    else if (!this.socket.isConnecting()) this.agent.start();
  }

  call(target: string, microphone: MediaStream, headers: readonly string[]): Session {
    const session = this.agent.call(`sip:${encodeURIComponent(target)}@${this.account.domain}`, {
      mediaStream: microphone,
      mediaConstraints: { audio: true, video: false },
      pcConfig: { iceServers: this.account.iceServers },
      extraHeaders: [...headers],
    });
    return new JsSipSession(this.agent, session, this.account.iceServers);
  }

  private dropped(code: number | undefined): void {
    // A new password or another role ends sockets of sessions that go on under a new key: only who cannot come
    // back is signed out.
    this.refused = code === SIGNED_OUT && !this.held;
    this.held = false;
    if (this.refused) this.agent.stop();
    this.events?.state(this.refused ? "refused" : "reconnecting");
  }
}

class JsSipSession implements Session {
  readonly dialog: string;
  readonly number: string;
  readonly name: string;

  private readonly agent: JsSIP.UA;
  private readonly session: RTCSession;
  private readonly iceServers: RTCIceServer[];

  constructor(agent: JsSIP.UA, session: RTCSession, iceServers: RTCIceServer[]) {
    this.agent = agent;
    this.session = session;
    this.iceServers = iceServers;
    const { uri, display_name } = session.remote_identity;
    this.number = decodeURIComponent(uri.user);
    this.name = display_name || "";
    this.dialog = (session as unknown as { _request: { call_id: string } })._request.call_id;
    session.on("icecandidate", firstUsable());
  }

  get connection(): RTCPeerConnection | null {
    // JsSIP's types promise one from the start; an incoming call has it from the answer on.
    return (this.session as { connection?: RTCPeerConnection | null }).connection ?? null;
  }

  listen(events: SessionEvents): void {
    const { session } = this;
    session.on("progress", () => events.ringing());
    session.on("accepted", () => events.connected());
    session.on("ended", ({ originator, cause }) => events.ended(ending(originator, cause)));
    session.on("failed", ({ originator, cause, message }) => {
      events.ended(failure(originator, cause, statusOf(message), reasonOf(message)));
    });
    const { connection } = this;
    if (connection) hear(connection, events);
    else session.on("peerconnection", ({ peerconnection }) => hear(peerconnection, events));
  }

  answer(microphone: MediaStream): void {
    this.session.answer({
      mediaStream: microphone,
      mediaConstraints: { audio: true, video: false },
      pcConfig: { iceServers: this.iceServers },
    });
  }

  end(code?: number): void {
    if (this.session.isEnded()) return;
    const ringsHere = this.session.direction === "incoming" && !this.session.isEstablished();
    this.session.terminate(ringsHere ? { status_code: code ?? 486 } : {});
  }

  mute(muted: boolean): void {
    if (muted) this.session.mute({ audio: true });
    else this.session.unmute({ audio: true });
  }

  press(digit: string): void {
    // Without this JsSIP sends INFO.
    this.session.sendDTMF(digit, { transportType: "RFC2833" } as DTMFOptions);
  }

  replaceMicrophone(microphone: MediaStream): void {
    const track = microphone.getAudioTracks()[0];
    const sender = this.connection?.getSenders().find((each) => each.track?.kind === "audio");
    if (track && sender) void sender.replaceTrack(track);
  }

  refresh(restart: boolean): void {
    // A request that cannot be sent would make JsSIP end the call.
    if (!this.agent.isConnected() || !this.session.isEstablished()) return;
    this.session.renegotiate(restart ? { rtcOfferConstraints: { iceRestart: true } } : {});
  }
}

function hear(connection: RTCPeerConnection, events: SessionEvents): void {
  connection.addEventListener("track", ({ streams, track }) =>
    events.audio(streams[0] ?? new MediaStream([track])),
  );
  connection.addEventListener("iceconnectionstatechange", () => {
    const state = connection.iceConnectionState;
    if (state === "disconnected" || state === "failed") events.media(false);
    if (state === "connected" || state === "completed") events.media(true);
  });
}

/** Sends the offer or answer as soon as one candidate leads out of this machine, at the latest after GATHERING_MS. */
function firstUsable(): (event: { candidate: RTCIceCandidate; ready: () => void }) => void {
  let waiting = false;
  return ({ candidate, ready }) => {
    if (candidate.type === "srflx" || candidate.type === "relay") ready();
    else if (!waiting) {
      waiting = true;
      setTimeout(() => {
        waiting = false;
        ready();
      }, GATHERING_MS);
    }
  };
}

const { causes } = JsSIP.C;

function ending(originator: string, cause: string): EndReason {
  if (cause === causes.BYE) return originator === "local" ? "hungUp" : "remote";
  return "lost";
}

function failure(originator: string, cause: string, status: number, reason: string): EndReason {
  if (cause === causes.USER_DENIED_MEDIA_ACCESS) return "microphone";
  if (cause === causes.CANCELED) {
    if (originator === "local") return "hungUp";
    return /elsewhere/i.test(reason) ? "elsewhere" : "remote";
  }
  if (cause === causes.CONNECTION_ERROR || cause === causes.REQUEST_TIMEOUT || cause === causes.WEBRTC_ERROR)
    return "lost";
  switch (status) {
    case 486:
    case 600:
      return "busy";
    case 603:
      return "declined";
    case 408:
    case 480:
    case 487:
      return "noAnswer";
    case 404:
    case 484:
    case 604:
      return "notFound";
    default:
      return originator === "local" ? "hungUp" : "refused";
  }
}

function statusOf(message: unknown): number {
  return (message as { status_code?: number } | null)?.status_code ?? 0;
}

function reasonOf(message: unknown): string {
  const request = message as { getHeader?: (name: string) => string | undefined } | null;
  return request?.getHeader?.("Reason") ?? "";
}
