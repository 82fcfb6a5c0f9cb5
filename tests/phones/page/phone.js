// A phone in a page, as the tests need it: JsSIP over /ws/sip, a tone as microphone, and what is heard kept.
import JsSIP from 'jssip';

const RATE = 16000;
const KEPT_SECONDS = 20;
const LOUDEST = 32767;

const audio = new AudioContext({ sampleRate: RATE });
const tone = new OscillatorNode(audio, { frequency: 1000 });
const level = new GainNode(audio, { gain: 0 });
const microphone = new MediaStreamAudioDestinationNode(audio, { channelCount: 1 });
tone.connect(level).connect(microphone);
tone.start();

const TAP = `registerProcessor('tap', class extends AudioWorkletProcessor {
  process([[samples]]) { if (samples) this.port.postMessage(samples.slice()); return true; }
});`;
const tapped = audio.audioWorklet.addModule(URL.createObjectURL(new Blob([TAP], { type: 'text/javascript' })));

/** What one call's other side says: the last seconds of it, as 16-bit samples. */
class Ear {
  constructor(stream) {
    this.kept = new Int16Array(RATE * KEPT_SECONDS);
    this.count = 0;
    // Chrome gives a remote stream to Web Audio only while an element plays it.
    this.element = Object.assign(new Audio(), { srcObject: stream, muted: true });
    void this.element.play();
    void tapped.then(() => {
      const tap = new AudioWorkletNode(audio, 'tap', { numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit' });
      tap.port.onmessage = ({ data }) => {
        for (const sample of data) this.kept[this.count++ % this.kept.length] = Math.max(-1, Math.min(1, sample)) * LOUDEST;
      };
      audio.createMediaStreamSource(stream).connect(tap);
    });
  }

  last(seconds) {
    const size = Math.min(Math.round(seconds * RATE), this.count, this.kept.length);
    return Array.from({ length: size }, (_, i) => this.kept[(this.count - size + i) % this.kept.length]);
  }
}

const calls = []; // newest last
const incoming = []; // SIP messages that came in
let agent = null;
let account = null;
let relayOnly = false;

const state = { registered: false, code: 0, connected: false, closes: [] };

function keep(session) {
  const call = { session, state: 'calling', code: 0, cause: '', ear: null, held: false };
  if (session.direction === 'incoming') call.state = 'incoming';
  calls.push(call);
  session.on('progress', ({ originator, response }) => {
    if (originator === 'remote') call.state = response.status_code === 183 ? 'early' : 'ringing';
  });
  session.on('accepted', () => { call.state = 'established'; });
  const over = ({ cause, message }) => {
    call.state = 'ended';
    call.cause = cause;
    call.code = message?.status_code ?? 0;
  };
  session.on('failed', over);
  session.on('ended', over);
  session.on('hold', ({ originator }) => { if (originator === 'remote') call.held = true; });
  session.on('unhold', ({ originator }) => { if (originator === 'remote') call.held = false; });
  session.on('icecandidate', ({ candidate, ready }) => { if (candidate.type === 'host') setTimeout(ready, 50); });
  const listen = (connection) => connection.addEventListener('track', ({ track }) => {
    call.ear ??= new Ear(new MediaStream([track]));
  });
  if (session.connection) listen(session.connection);
  else session.on('peerconnection', ({ peerconnection }) => listen(peerconnection));
  return call;
}

const current = () => calls.findLast((call) => call.state !== 'ended') ?? calls.at(-1);
const media = () => ({ mediaStream: microphone.stream, pcConfig: ways() });
const ways = () => ({ iceServers: account.ice_servers.map(server), iceTransportPolicy: relayOnly ? 'relay' : 'all' });
const server = ({ urls, username, credential }) => (username ? { urls, username, credential } : { urls });

window.phone = {
  async open(instance) {
    const csrf = /centrale_csrf=([^;]+)/.exec(document.cookie)?.[1] ?? '';
    const answer = await fetch('/api/v1/phone/', { method: 'POST', headers: { 'X-CSRFToken': csrf } });
    if (!answer.ok) throw new Error(`phone: ${answer.status}`);
    account = await answer.json();
    await audio.resume();
    const socket = new JsSIP.WebSocketInterface(`ws://${location.host}/ws/sip`);
    agent = new JsSIP.UA({
      sockets: [socket],
      uri: `sip:${account.username}@${account.domain}`,
      instance_id: instance,
      register_expires: 120,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 2,
    });
    agent.on('registered', () => { state.registered = true; });
    agent.on('unregistered', () => { state.registered = false; });
    agent.on('registrationFailed', ({ response }) => { state.registered = false; state.code = response?.status_code ?? 0; });
    agent.on('connected', () => { state.connected = true; });
    agent.on('disconnected', ({ code }) => { state.connected = state.registered = false; if (code) state.closes.push(code); });
    agent.on('newRTCSession', ({ session }) => keep(session));
    agent.start();
    const connect = socket.connect.bind(socket);
    socket.connect = () => { connect(); hear(socket); };
    hear(socket);
    return account;
  },
  call: (target, headers) => { agent.call(target, { ...media(), extraHeaders: headers }); },
  answer: () => { current().session.answer(media()); },
  decline: (code) => { current().session.terminate({ status_code: code }); },
  hangup: () => { current().session.terminate(); },
  hold: () => { current().session.hold(); },
  resume: () => { current().session.unhold(); },
  restart: () => new Promise((done, failed) => {
    const began = current().session.renegotiate({ rtcOfferConstraints: { iceRestart: true } }, done);
    if (!began) failed(new Error('not now'));
  }),
  digit: (digit, via) => { current().session.sendDTMF(digit, { transportType: via === 'rtp' ? 'RFC2833' : 'INFO' }); },
  unregister: () => { agent.unregister(); },
  register: () => { agent.register(); },
  relayOnly: () => { relayOnly = true; },
  /** Kinds of the candidates that these servers alone give, and the codes of errors. */
  async gather(servers) {
    const connection = new RTCPeerConnection({ iceServers: servers, iceTransportPolicy: 'relay' });
    const found = [], errors = [];
    const done = new Promise((resolve) => {
      connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && resolve();
    });
    connection.onicecandidate = ({ candidate }) => candidate?.type && found.push(candidate.type);
    connection.onicecandidateerror = ({ errorCode }) => errors.push(errorCode);
    connection.addTransceiver('audio');
    await connection.setLocalDescription();
    await done;
    connection.close();
    return [found, errors];
  },
  drop: () => { agent._transport.socket._ws.close(); },
  stop: () => { agent?.stop(); },
  tone: (hz, gain) => { tone.frequency.value = hz || 1000; level.gain.value = hz ? gain : 0; },
  offer: () => current()?.session._request.body,
  heard: (seconds) => current()?.ear?.last(seconds) ?? [],
  dialog: () => current()?.session._request.call_id,
  snapshot(from) {
    const call = current();
    return {
      ...state,
      lines: calls.map((each) => each.state),
      state: call?.state ?? 'idle',
      end: call ? { code: call.code, cause: call.cause } : null,
      held: call?.held ?? false,
      messages: incoming.slice(from),
    };
  },
  async stats() {
    const found = {};
    for (const each of (await current().session.connection.getStats()).values()) {
      if (['transport', 'inbound-rtp', 'outbound-rtp', 'codec', 'candidate-pair', 'local-candidate'].includes(each.type)) (found[each.type] ??= []).push(each);
    }
    return found;
  },
};

function hear(socket) {
  socket._ws?.addEventListener('message', ({ data }) => { incoming.push(data); });
}
