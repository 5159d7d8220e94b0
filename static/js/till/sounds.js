// Sounds made on the spot: nothing to fetch, nothing to wait for.
let context = null;

/** From a tap, which browsers ask for: sounds may be heard from now on. */
export function unlock() {
  const Context = window.AudioContext ?? window.webkitAudioContext;
  if (!Context) return;
  context ??= new Context();
  void context.resume?.();
}

/** A code was read. */
export function beep() {
  play([[1_400, 0, 0.08]], "square", 0.08);
}

/** Done: up, and it rings. */
export function chime() {
  play([[784, 0, 0.14], [1_047, 0.12, 0.16], [1_568, 0.26, 0.4]], "triangle", 0.5);
}

/** Not done: low, twice. */
export function thud() {
  play([[196, 0, 0.22], [147, 0.26, 0.36]], "sawtooth", 0.3);
}

function play(tones, shape, loud) {
  if (context?.state !== "running") return;
  for (const [hertz, after, seconds] of tones) {
    const begins = context.currentTime + after;
    const tone = new OscillatorNode(context, { type: shape, frequency: hertz });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, begins);
    volume.gain.linearRampToValueAtTime(loud, begins + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.001, begins + seconds);
    tone.connect(volume).connect(context.destination);
    tone.start(begins);
    tone.stop(begins + seconds);
  }
}
