// The scanning screen: the camera's picture, read frame by frame until a resident's code stands in it.
import { Camera } from "./camera.js";
import { isResidentsCode } from "./digits.js";
import { readCode } from "./reader.js";
import { beep } from "./sounds.js";
import { say } from "./words.js";

const SAME_AGAIN_MS = 3_000;
const HINT_MS = 2_500;
const FROZEN_MS = 10_000; // without a new frame: whatever took the camera said nothing
const STARTS_AGAIN = 3; // by itself, until a code was read or somebody tapped
const PAUSE_MS = 500;
const CAMERA_TROUBLE = {
  NotAllowedError: "camera_denied",
  SecurityError: "camera_denied",
  NotFoundError: "camera_missing",
  OverconstrainedError: "camera_missing",
};

export class Scanner {
  #dialog;
  #video;
  #camera;
  #found;
  #trouble;
  #seen = new Map(); // value -> when it was last in sight
  #reading = 0;
  #startsLeft = STARTS_AGAIN;

  /** `found(digits)` for a resident's code; `chosen(way)` for another way: photo, type, close; `trouble(sentence)` without a camera. */
  constructor(dialog, { found, chosen, trouble }) {
    this.#dialog = dialog;
    this.#video = dialog.querySelector("video");
    this.#camera = new Camera(this.#video, { changed: (what) => this.#onCamera(what) });
    this.#found = found;
    this.#trouble = trouble;
    dialog.addEventListener("click", (event) => {
      const way = event.target.closest("[data-choice]")?.dataset.choice;
      if (way === "torch") this.#switchTorch();
      else if (way) this.#leave(chosen, way);
    });
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#leave(chosen, "close");
    });
    document.addEventListener("visibilitychange", () => this.#onVisibility());
  }

  /** From a tap: show the screen and ask for the camera. */
  open() {
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#hint("");
    this.#startsLeft = STARTS_AGAIN;
    return this.#start();
  }

  /** What was in sight counts as new again. */
  forget() {
    this.#seen.clear();
  }

  close() {
    this.#stop();
    if (this.#dialog.open) this.#dialog.close();
  }

  async #start() {
    try {
      if (!(await this.#camera.start())) return;
    } catch (error) {
      if (error.name === "AbortError") return; // closed while it was opening
      this.close();
      this.#trouble(say(CAMERA_TROUBLE[error.name] ?? "camera_busy"));
      return;
    }
    this.#torch.hidden = !this.#camera.hasTorch;
    this.#torch.setAttribute("aria-pressed", "false");
    void this.#read(++this.#reading);
  }

  #stop() {
    this.#reading += 1;
    this.#camera.stop();
  }

  async #read(turn) {
    while (turn === this.#reading) {
      const came = await nextFrame(this.#video);
      if (turn !== this.#reading) return;
      if (!came && !document.hidden) {
        void this.#startAgain();
        return;
      }
      let value;
      try {
        value = await readCode(this.#video);
      } catch (error) {
        if (this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) continue;
        this.close();
        this.#trouble(say("reader_missing"));
        return;
      }
      if (value && turn === this.#reading) this.#onValue(value);
    }
  }

  #onCamera(what) {
    if (!this.#dialog.open || document.hidden) return; // it is started anew when the page is seen again
    if (what === "taken") void this.#startAgain();
    else this.#hint(what === "dark" ? say("camera_dark") : "", { stays: true });
  }

  /** The camera was taken away while it was in use: say so, and try whether it is there again. */
  async #startAgain() {
    this.#stop();
    if (this.#startsLeft === 0) {
      this.close();
      this.#trouble(say("camera_taken"));
      return;
    }
    this.#startsLeft -= 1;
    const turn = this.#reading;
    this.#hint(say("camera_again"), { stays: true });
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (turn !== this.#reading || !this.#dialog.open || document.hidden) return;
    await this.#start();
    if (this.#dialog.open) this.#hint("");
  }

  #onValue(value) {
    const before = this.#seen.get(value);
    this.#seen.set(value, Date.now());
    if (before !== undefined && Date.now() - before < SAME_AGAIN_MS) return;
    if (this.#seen.size > 100) this.#seen.clear();
    if (!isResidentsCode(value)) {
      this.#hint(say("other_code"));
      return;
    }
    beep();
    navigator.vibrate?.(40);
    this.close();
    this.#found(value);
  }

  #hint(words, { stays = false } = {}) {
    const place = this.#dialog.querySelector("[data-part=hint]");
    place.textContent = words;
    if (words && !stays) setTimeout(() => place.textContent === words && (place.textContent = ""), HINT_MS);
  }

  get #torch() {
    return this.#dialog.querySelector("[data-choice=torch]");
  }

  #switchTorch() {
    const on = this.#torch.getAttribute("aria-pressed") !== "true";
    this.#torch.setAttribute("aria-pressed", String(on));
    void this.#camera.setTorch(on);
  }

  #leave(chosen, way) {
    this.close();
    chosen(way);
  }

  #onVisibility() {
    if (!this.#dialog.open) return;
    if (document.hidden) this.#stop();
    else void this.#start();
  }
}

/** True with the next frame; false when none comes for long. */
function nextFrame(video) {
  return new Promise((resolve) => {
    const frozen = setTimeout(() => resolve(false), FROZEN_MS);
    const came = () => {
      clearTimeout(frozen);
      resolve(true);
    };
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(came);
    else requestAnimationFrame(came);
  });
}
