// Whether there is network, and whether this page is still that of who is signed in. A page lies open for hours, and both change.
import { getJson } from "./http.js";

const ASK_EVERY_MS = 60_000;
const { who, whoAsked } = document.body.dataset; // neither on pages that are nobody's
const strip = document.getElementById("no-network");
const gone = document.getElementById("gone");

let asking = false;

/** From now on. */
export function watchPresence() {
  tellNetwork(navigator.onLine);
  window.addEventListener("offline", () => tellNetwork(false));
  window.addEventListener("online", () => tellNetwork(true));
  if (!who || !gone) return;
  document.addEventListener("visibilitychange", look);
  for (const moment of ["focus", "online", "pageshow"]) window.addEventListener(moment, look);
  setInterval(look, ASK_EVERY_MS);
  gone.addEventListener("cancel", (event) => event.preventDefault());
}

/** Say that there is no network, or no longer say so. */
export function tellNetwork(isThere) {
  if (strip) strip.hidden = isThere;
}

async function look() {
  if (asking || gone.open || document.hidden) return;
  const verdict = document.querySelector(".outcome[open]");
  if (verdict) {
    verdict.addEventListener("close", look, { once: true }); // how it went is read first
    return;
  }
  asking = true;
  try {
    const { who: now } = await getJson(whoAsked, { cache: "no-store" });
    if (now !== who) await leave(now ? "other" : "out");
  } catch {
    // without network nobody knows better
  } finally {
    asking = false;
  }
}

/** Nothing on this page is good any more, nor is the key by which this phone showed codes. */
async function leave(why) {
  for (const part of gone.querySelectorAll("[data-gone]")) part.hidden = part.dataset.gone !== why;
  gone.setAttribute("aria-labelledby", `gone-${why}`);
  gone.showModal();
  const vault = await import("./codes/vault.js");
  await vault.clear();
}
