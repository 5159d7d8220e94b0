// A full screen that says how it went: seen, felt, and in large type heard.
import { speak } from "./speech.js";

const BUZZ = [80, 60, 160];
const TURNS = /[\p{Script=Hebrew}\p{Script=Arabic}\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Open the dialog, with a receipt's facts filled into the words of its [data-words] places. */
export function showOutcome(dialog, facts) {
  for (const place of dialog.querySelectorAll("[data-words]")) {
    const words = facts.points === 1 && place.dataset.one ? place.dataset.one : place.dataset.words;
    place.textContent = words.replace(/\{(\w+)\}/g, (_all, name) => shown(facts[name]));
  }
  if (!dialog.open) dialog.showModal();
  navigator.vibrate?.(BUZZ);
  if (document.documentElement.dataset.type === "large") speak(dialog.querySelector("[data-said]")?.textContent ?? "");
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close(), { once: true });
}

function shown(value) {
  if (typeof value === "number") return value.toLocaleString("en");
  return TURNS.test(value ?? "") ? `\u2068${value}\u2069` : (value ?? ""); // a name turns nothing around it
}
