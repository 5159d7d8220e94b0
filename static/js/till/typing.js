// The digits typed by hand: grouped while they come, checked before anyone is asked.
import { digitsOf, grouped, isResidentsCode, LENGTH, placeOfGroup, wrongGroup } from "./digits.js";
import { say } from "./words.js";

export class Typing {
  #input;
  #count;
  #error;

  constructor(form, { found }) {
    this.#input = form.querySelector("textarea");
    this.#count = form.querySelector("[data-words]");
    this.#error = form.querySelector("[role=alert]");
    this.#input.addEventListener("input", () => this.#onInput());
    this.#input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      form.requestSubmit();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const digits = digitsOf(this.#input.value);
      if (isResidentsCode(digits)) found(digits);
      else this.#complain(digits);
    });
    this.clear();
  }

  /** Empty, for the next code. */
  clear() {
    this.#input.value = "";
    this.#onInput();
  }

  focus() {
    this.#input.focus();
  }

  #onInput() {
    const atEnd = this.#input.selectionStart === this.#input.value.length;
    const digits = digitsOf(this.#input.value).slice(0, LENGTH);
    if (atEnd) this.#input.value = grouped(digits); // in the middle the cursor would jump
    this.#count.textContent = this.#count.dataset.words.replace("{n}", digits.length);
    this.#show("");
    if (digits.length === LENGTH && !isResidentsCode(digits)) this.#complain(digits);
  }

  #complain(digits) {
    const group = digits.length === LENGTH ? wrongGroup(digits, Date.now() / 1000) : -1;
    if (group === -1) {
      this.#show(say(digits.length === LENGTH ? "mistyped" : "too_few"));
      return;
    }
    const place = placeOfGroup(group);
    this.#input.value = grouped(digits);
    this.#show(say("mistyped_group", { group: this.#input.value.slice(...place) }));
    this.#input.focus(); // what is marked is seen only there, and the next four digits take its place
    this.#input.setSelectionRange(...place);
  }

  #show(words) {
    this.#error.hidden = !words;
    this.#error.querySelector("span").textContent = words;
    this.#input.setAttribute("aria-invalid", String(Boolean(words)));
  }
}
