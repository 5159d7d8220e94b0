// Home: gets this phone ready to show codes with no network, and reads the points aloud on request.
import { ensure } from "../codes/enrollment.js";
import { speak } from "../speech.js";

const home = document.getElementById("home");

home.querySelector("[data-speak]")?.addEventListener("click", () => speak(home.querySelector("[data-said]").textContent));
ensure({ now: home.dataset.now, devices: home.dataset.devices }).catch(() => {}); // the code page tries again
