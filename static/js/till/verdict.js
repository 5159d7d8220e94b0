// The full screens that say how it went: seen, heard, felt; in large type read aloud. Each resolves to what was chosen.
import { speak } from "../speech.js";
import { chime, thud } from "./sounds.js";
import { say, yuan } from "./words.js";

const QUIET_MS = 600; // the second half of a double tap chooses nothing
const BUZZ = { done: [80, 60, 200], no: [300, 120, 300] };
const SOUND = { done: chime, no: thud };

/** Green. `receipt` as the server told it, `back` when points were given back, `rest` in fen of a bill. Resolves to "undo" too while that is offered. */
export function showDone(receipt, { back = false, rest = 0, next = "scan_next" } = {}) {
  const count = receipt.points === 1 ? "one_point" : "points";
  return show("done", {
    title: say(back ? "given_back" : "taken"),
    points: receipt.points.toLocaleString("en"),
    from: say(`${count}_${back ? "to" : "from"}`),
    name: receipt.name,
    rest: rest ? say("rest", { n: yuan(rest) }) : "",
    receipt: receipt.receipt,
    money: say("yuan", { n: yuan(receipt.points) }),
    next: say(next),
  });
}

/** Red, with what to do. */
export function showNo(words, { back = false, next = "scan_again" } = {}) {
  return show("no", { title: say(back ? "not_given_back" : "not_taken"), words, next: say(next) });
}

/** Amber, until `hideWait`. It can't be closed: what is under way is under way. */
export function showWait(words) {
  const dialog = document.getElementById("verdict-wait");
  fill(dialog, { words });
  if (dialog.open) return;
  dialog.oncancel = (event) => event.preventDefault();
  dialog.showModal();
}

export function hideWait() {
  const dialog = document.getElementById("verdict-wait");
  if (dialog.open) dialog.close();
}

/** Close whatever is open, as if nothing was chosen. */
export function dismiss() {
  for (const kind of ["done", "no"]) {
    const dialog = document.getElementById(`verdict-${kind}`);
    if (dialog.open) dialog.close("close");
  }
}

function show(kind, facts) {
  hideWait();
  dismiss();
  const dialog = document.getElementById(`verdict-${kind}`);
  fill(dialog, facts);
  dialog.showModal();
  SOUND[kind]();
  navigator.vibrate?.(BUZZ[kind]);
  if (document.documentElement.dataset.type === "large") speak(dialog.querySelector("[data-said]").textContent);
  const from = performance.now();
  return new Promise((resolve) => {
    const choose = (choice) => performance.now() - from >= QUIET_MS && dialog.close(choice);
    dialog.onclick = (event) => {
      const choice = event.target.closest("[data-choice]")?.dataset.choice;
      if (choice) choose(choice);
    };
    dialog.oncancel = (event) => {
      event.preventDefault();
      choose("close");
    };
    dialog.onclose = () => resolve(dialog.returnValue);
  });
}

function fill(dialog, facts) {
  for (const place of dialog.querySelectorAll("[data-fact]")) {
    const value = facts[place.dataset.fact];
    if (value === undefined) continue;
    place.textContent = value;
    if (place.dataset.fact === "rest") place.hidden = !value;
  }
}
