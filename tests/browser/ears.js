// Before the page's own scripts: its microphone is a tone or is refused, and what its calls bring can be asked for.
(() => {
  const RATE = 16000;
  const ears = { registered: false, connections: [], heard: () => [], tone: TONE_HZ, refused: false };
  window.ears = ears;
  let context = null;
  const oscillators = [];
  const microphones = [];
  const listening = () => (context ??= new AudioContext({ sampleRate: RATE }));

  navigator.mediaDevices.getUserMedia = async () => {
    if (ears.refused) throw new DOMException("Permission denied", "NotAllowedError");
    const oscillator = listening().createOscillator();
    const gain = listening().createGain();
    const out = listening().createMediaStreamDestination();
    oscillator.frequency.value = ears.tone;
    gain.gain.value = 0.1414; // -20 dBov
    oscillator.connect(gain).connect(out);
    oscillator.start();
    oscillators.push(oscillator);
    microphones.push(out.stream);
    return out.stream;
  };
  // How many microphones are open.
  ears.listening = () =>
    microphones.flatMap((each) => each.getTracks()).filter(({ readyState }) => readyState === "live").length;
  ears.sing = (hz) => {
    ears.tone = hz;
    for (const each of oscillators) each.frequency.value = hz;
  };

  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(...given) {
      super(...given);
      ears.connections.push(this);
      this.addEventListener("track", ({ track }) => {
        const analyser = listening().createAnalyser();
        analyser.fftSize = 16384;
        listening().createMediaStreamSource(new MediaStream([track])).connect(analyser);
        this.analyser = analyser;
      });
    }
  };
  // What is heard of the calls that go on, the last second, as 16-bit samples.
  ears.heard = () => {
    const open = ears.connections.filter((each) => each.analyser && each.connectionState !== "closed");
    if (!open.length) return [];
    const sum = new Float32Array(16384);
    for (const { analyser } of open) {
      const samples = new Float32Array(analyser.fftSize);
      analyser.getFloatTimeDomainData(samples);
      samples.forEach((sample, index) => (sum[index] += sample));
    }
    return Array.from(sum, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32767));
  };

  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(url, ...given) {
      super(url, ...given);
      if (!String(url).includes("/ws/sip")) return;
      ears.socket = this;
      this.addEventListener("message", ({ data }) => {
        if (typeof data === "string" && data.startsWith("SIP/2.0 200") && /CSeq: \d+ REGISTER/.test(data)) {
          ears.registered = true;
        }
      });
      this.addEventListener("close", () => (ears.registered = false));
    }
  };
})();
