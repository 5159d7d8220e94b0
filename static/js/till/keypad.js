// The checkout on the screen: who, how much, and for how long the scan is good.
import { accept, pointsOf, press, split } from "./amount.js";
import { say, sayPoints, yuan } from "./words.js";

const TICK_MS = 500;

export class Keypad {
  #section;
  #part;
  #input;
  #checkout = null;
  #mode = "points";
  #take;
  #late;

  /** `take({checkout, points, rest})` when the amount is confirmed; `late()` when the scan is no longer good. */
  constructor(section, { take, late }) {
    this.#section = section;
    this.#take = take;
    this.#late = late;
    this.#input = section.querySelector("input");
    this.#part = Object.fromEntries([...section.querySelectorAll("[data-part]")].map((element) => [element.dataset.part, element]));
    section.querySelector(".keypad").addEventListener("click", (event) => this.#onKey(event));
    section.querySelector("form").addEventListener("submit", (event) => this.#onSubmit(event));
    for (const button of section.querySelectorAll("[data-mode]")) button.addEventListener("click", () => this.#choose(button.dataset.mode));
    this.#part.all.addEventListener("click", () => this.#all());
    this.#input.addEventListener("input", () => this.#onTyped());
    this.#input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && this.#asked().tooMany) event.preventDefault(); // another amount than the one typed needs the button that says it
    });
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** Show a checkout, with nothing typed; or with what was typed before, to change it. */
  show(checkout, { keep = false } = {}) {
    this.#checkout = checkout;
    this.#part.name.textContent = checkout.name;
    this.#part.spendable.textContent = sayPoints(checkout.spendable);
    this.#part.all.textContent = this.#part.all.dataset.words.replace("{n}", checkout.spendable.toLocaleString("en"));
    this.#part.all.hidden = checkout.spendable === 0;
    if (keep) this.#draw();
    else this.#choose("points");
    this.#tick();
    this.#input.focus({ preventScroll: true });
  }

  /** Forget the checkout. */
  clear() {
    this.#checkout = null;
    this.#set("");
  }

  #choose(mode) {
    this.#mode = mode;
    for (const button of this.#section.querySelectorAll("[data-mode]")) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    }
    this.#part.corner.textContent = mode === "points" ? "00" : ".";
    const label = this.#section.querySelector(`label[for="${this.#input.id}"]`);
    label.textContent = label.dataset[mode];
    this.#set("");
  }

  #onKey(event) {
    const button = event.target.closest("[data-key]");
    if (!button) return;
    const { key, pointsKey } = button.dataset;
    this.#set(press(this.#input.value, this.#mode === "points" && pointsKey ? pointsKey : key, this.#mode));
  }

  #onTyped() {
    const typed = accept(this.#input.value.trim(), this.#mode);
    this.#set(typed ?? this.#input.dataset.before ?? "");
  }

  #all() {
    this.#choose("points");
    this.#set(String(this.#checkout?.spendable ?? ""));
  }

  #set(text) {
    this.#input.value = this.#input.dataset.before = text;
    this.#draw();
  }

  #draw() {
    const { points, rest, tooMany } = this.#asked();
    const take = this.#part.take;
    const instead = tooMany ? (this.#checkout?.spendable ?? 0) : 0; // too much was typed: all there is, in one tap
    const none = this.#mode === "points" ? take.dataset.none : take.dataset.noBill;
    const words = instead ? take.dataset.instead : points === 0 ? none : points === 1 ? take.dataset.one : take.dataset.many;
    take.textContent = words.replace("{n}", (instead || points).toLocaleString("en"));
    take.setAttribute("aria-disabled", String(points === 0 && !instead));
    const means = document.getElementById("typed-means");
    means.textContent = this.#meaning(points, rest, tooMany);
    means.classList.toggle("till__means--no", tooMany);
  }

  #meaning(points, rest, tooMany) {
    if (this.#checkout?.spendable === 0) return say("none_to_spend");
    if (tooMany) return say("too_many", { n: this.#checkout.spendable });
    if (points === 0) return "";
    if (rest > 0) return say("rest_of_bill", { points, n: yuan(rest) });
    return this.#mode === "points" ? say("equals_yuan", { n: yuan(points) }) : say("bill_in_points", { n: points });
  }

  #asked() {
    return split(pointsOf(this.#input.value, this.#mode), this.#checkout?.spendable ?? 0, this.#mode);
  }

  #onSubmit(event) {
    event.preventDefault();
    const { points, rest, tooMany } = this.#asked();
    const taken = tooMany ? (this.#checkout?.spendable ?? 0) : points;
    if (this.#checkout && taken > 0) this.#take({ checkout: this.#checkout, points: taken, rest });
  }

  #tick() {
    if (!this.#checkout || this.#section.hidden) return;
    const seconds = Math.max(0, Math.ceil((this.#checkout.endsAt - Date.now()) / 1000));
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    this.#part.left.textContent = this.#part.left.dataset.words.replace("{time}", time);
    if (seconds === 0) this.#late();
  }
}
