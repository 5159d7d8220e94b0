// Home: gets this phone ready to show codes with no network, reads the points aloud on request, and looks again.
import { askNow, ensure } from "../codes/enrollment.js";
import { speak } from "../speech.js";

const LOOK_EVERY_MS = 15_000;
const home = document.getElementById("home");

home.querySelector("[data-speak]")?.addEventListener("click", () => speak(home.querySelector("[data-said]").textContent));
ensure({ now: home.dataset.now, devices: home.dataset.devices }).catch(() => {}); // the code page tries again
document.addEventListener("visibilitychange", lookAgain);
window.addEventListener("pageshow", (event) => event.persisted && lookAgain());
setInterval(lookAgain, LOOK_EVERY_MS);

/** Other points than these: the page is drawn again, with what came back and what expires. */
async function lookAgain() {
  if (document.hidden || !navigator.onLine) return;
  try {
    const now = await askNow(home.dataset.now);
    if (String(now.spendable) !== home.dataset.spendable) location.reload();
  } catch {
    // signed out, or without network: what stands here stays
  }
}
