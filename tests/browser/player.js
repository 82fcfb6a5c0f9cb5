// Before the page's own scripts: what its players play can be listened to.
(() => {
  const player = { media: null, analyser: null };
  window.player = player;
  const context = new AudioContext({ sampleRate: 16000 });
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    if (/\/api\/v1\/|^blob:/.test(this.currentSrc) && player.media !== this) {
      player.media = this;
      player.analyser = context.createAnalyser();
      player.analyser.fftSize = 16384;
      const source = context.createMediaElementSource(this);
      source.connect(player.analyser);
      player.analyser.connect(context.destination);
      void context.resume();
    }
    return play.call(this);
  };
  // The last second, as 16-bit samples.
  player.heard = () => {
    if (!player.analyser) return [];
    const samples = new Float32Array(player.analyser.fftSize);
    player.analyser.getFloatTimeDomainData(samples);
    return Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32767));
  };
  // How many points of the wave form below `group` are drawn.
  player.drawn = (group) => {
    const shadow = [...group.querySelectorAll("*")].find((each) => each.shadowRoot)?.shadowRoot;
    return [...(shadow?.querySelectorAll("canvas") ?? [])].reduce((sum, canvas) => {
      if (!canvas.width || !canvas.height) return sum;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return sum + data.filter((value, index) => index % 4 === 3 && value > 0).length;
    }, 0);
  };
})();
