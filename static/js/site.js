// What every page does: say that scripts run, install the service worker its frame names, keep forms from being sent twice, offer the home screen,
// and notice who is signed in and whether there is network.
import { offerHomeScreen } from "./home_screen.js";
import { watchPresence } from "./presence.js";

document.documentElement.dataset.runs = "yes"; // what would help where scripts don't run is not needed
afterLoad(() => installWorker(document.body.dataset.worker, document.body.dataset.scope));
document.addEventListener("submit", sendOnce);
window.addEventListener("pageshow", releaseForms);
offerHomeScreen(document.getElementById("home-screen"));
watchPresence();
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false; // only where it can do something
  button.addEventListener("click", () => window.print());
}

/** Not before the page stands: what it shows comes first. */
function afterLoad(act) {
  if (document.readyState === "complete") act();
  else window.addEventListener("load", act, { once: true });
}

/** Have the page's service worker, if its frame names one and the browser can. */
function installWorker(address, scope) {
  if (!address || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker
    .register(address, { scope })
    .then((registration) => registration.update()) // one that is still being installed may be of another language
    .catch(() => {}); // without it everything works but the network off
}

/** A second tap on the same button sends nothing. */
function sendOnce(event) {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method !== "post") return;
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
}

/** Coming back to a page that the browser kept: its forms can be sent again. */
function releaseForms(event) {
  if (!event.persisted) return;
  for (const form of document.forms) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
}
