// For half a minute what was just taken goes back with one tap: on the green screen, and on the page behind it.
import { say } from "./words.js";

const OFFERED_MS = 30_000;

export class SecondThought {
  #strip;
  #undo;
  #receipt = null;
  #buttons = [];
  #timer = 0;

  /** `strip` stands on the till's first page; `undo(receipt)` gives it back. */
  constructor(strip, { undo }) {
    this.#strip = strip;
    this.#undo = undo;
    this.#buttons = [...document.querySelectorAll("#verdict-done [data-choice=undo]")];
    strip.querySelector("button").addEventListener("click", () => this.take());
  }

  /** From now on, for a receipt just made. */
  offer(receipt) {
    this.end();
    this.#receipt = receipt;
    this.#strip.querySelector("span").textContent = say("just_taken", { n: receipt.points, name: receipt.name });
    this.#show(true);
    this.#timer = setTimeout(() => this.end(), OFFERED_MS);
  }

  /** It is wanted. */
  take() {
    const receipt = this.#receipt;
    this.end();
    if (receipt) this.#undo(receipt);
  }

  end() {
    clearTimeout(this.#timer);
    this.#receipt = null;
    this.#show(false);
  }

  #show(shown) {
    for (const element of [this.#strip, ...this.#buttons]) element.hidden = !shown;
  }
}
