/** How good a call sounds, out of what WebRTC counts. */

export interface Counts {
  /** Milliseconds. */
  readonly at: number;
  readonly received: number;
  readonly lost: number;
  /** Seconds. */
  readonly jitter: number;
  /** Seconds, there and back. */
  readonly roundTrip: number;
}

export interface Quality {
  /** 1 (bad) to 4.5 (perfect), ITU-T G.107 in the short form for Opus. */
  readonly mos: number;
  /** Per cent of packets. */
  readonly loss: number;
  /** Milliseconds. */
  readonly jitter: number;
  /** Milliseconds, one way, with the jitter buffer. */
  readonly delay: number;
  readonly words: "good" | "fair" | "poor" | "bad";
}

/** What a peer connection counted so far; null before any packet came. */
export async function counted(connection: RTCPeerConnection): Promise<Counts | null> {
  let inbound: { packetsReceived?: number; packetsLost?: number; jitter?: number; timestamp: number } | null =
    null;
  let roundTrip = 0;
  (await connection.getStats()).forEach(
    (report: { type: string; kind?: string; nominated?: boolean } & Record<string, unknown>) => {
      if (report.type === "inbound-rtp" && report.kind === "audio")
        inbound = report as unknown as typeof inbound;
      if (report.type === "candidate-pair" && report.nominated)
        roundTrip = Number(report["currentRoundTripTime"] ?? 0);
    },
  );
  const found = inbound as {
    packetsReceived?: number;
    packetsLost?: number;
    jitter?: number;
    timestamp: number;
  } | null;
  if (!found) return null;
  return {
    at: found.timestamp,
    received: found.packetsReceived ?? 0,
    lost: found.packetsLost ?? 0,
    jitter: found.jitter ?? 0,
    roundTrip,
  };
}

/** The quality between two counts; null when nothing was to be heard in between. */
export function quality(before: Counts, after: Counts): Quality | null {
  const received = after.received - before.received;
  const lost = Math.max(0, after.lost - before.lost);
  if (received + lost <= 0) return null;
  const loss = (100 * lost) / (received + lost);
  const jitter = after.jitter * 1000;
  const delay = after.roundTrip * 500 + 2 * jitter + 20;
  // G.107: 93.2 less what delay takes, less what loss takes (Opus conceals: equipment factor 0, robustness 20).
  const late = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const rating = 93.2 - late - (95 * loss) / (loss + 20);
  const mos = rating <= 0 ? 1 : 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6;
  return { mos, loss, jitter, delay, words: words(mos) };
}

function words(mos: number): Quality["words"] {
  if (mos >= 4) return "good";
  if (mos >= 3.6) return "fair";
  return mos >= 3.1 ? "poor" : "bad";
}
