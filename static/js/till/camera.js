// The camera at the back, asked for on a tap, with its zoom and light where it offers them.
const WISH = { audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } } };
const ZOOM = 2;

export class Camera {
  #video;
  #stream = null;
  #turn = 0;
  #changed;

  /** `changed(what)` while it runs: "taken" away, "dark" when it gives no picture for now, "light" when it does again. */
  constructor(video, { changed }) {
    this.#video = video;
    this.#changed = changed;
  }

  /** Show the picture. Rejects as getUserMedia does; resolves to false when it was stopped meanwhile. */
  async start() {
    const turn = ++this.#turn;
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("no camera here", "NotFoundError");
    const stream = await navigator.mediaDevices.getUserMedia(WISH);
    if (turn !== this.#turn) {
      for (const track of stream.getTracks()) track.stop();
      return false;
    }
    this.#stream = stream;
    this.#watch(stream.getVideoTracks()[0]);
    this.#video.srcObject = stream;
    await Promise.all([this.#video.play(), this.#wish({ zoom: Math.min(ZOOM, this.#offers.zoom?.max ?? 1) }, "zoom")]);
    return turn === this.#turn;
  }

  /** Let the camera go; its light goes out with it. */
  stop() {
    this.#turn += 1;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
  }

  /** Unplugged, no longer allowed, wanted by a call: the picture would freeze without a word. */
  #watch(track) {
    const tell = (what) => track === this.#stream?.getVideoTracks()[0] && this.#changed(what);
    track.addEventListener("ended", () => tell("taken"));
    track.addEventListener("mute", () => tell("dark"));
    track.addEventListener("unmute", () => tell("light"));
  }

  get hasTorch() {
    return Boolean(this.#offers.torch);
  }

  /** Switch the light. */
  setTorch(on) {
    return this.#wish({ torch: on }, "torch");
  }

  get #offers() {
    return this.#stream?.getVideoTracks()[0]?.getCapabilities?.() ?? {};
  }

  async #wish(setting, name) {
    if (!this.#offers[name]) return;
    await this.#stream.getVideoTracks()[0].applyConstraints({ advanced: [setting] }).catch(() => {}); // a wish, not a need
  }
}
