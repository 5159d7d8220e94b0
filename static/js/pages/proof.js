// A receipt's proof: its code, and the check in this browser.
import { correction, generate, mode } from "../../vendor/lean-qr-2.7.4.mjs";
import { check } from "../log/receipt.js";

const QUIET = 4;
const WORDS = { right: "", wrong: "_wrong", unknown: "_unknown" };
const proof = JSON.parse(document.getElementById("proof").textContent);
const words = document.getElementById("words").content;
const steps = document.getElementById("steps");
const button = document.getElementById("check");
const verdict = document.getElementById("verdict");

try {
  draw(document.getElementById("code"), proof.code);
} catch {
  document.getElementById("code").hidden = true; // more than a code can hold: the file holds it
  document.getElementById("no-code").hidden = false;
}
button.addEventListener("click", run);
void run();

async function run() {
  button.disabled = true;
  steps.replaceChildren();
  conclude("checking");
  try {
    if (globalThis.crypto?.subtle) {
      for await (const [step, state, more] of check(proof, read)) say(step + WORDS[state], state, more);
    } else {
      say("no_crypto", "unknown");
    }
  } catch {
    say("unreadable", "wrong");
  } finally {
    conclude(worst());
    button.disabled = false;
  }
}

/** One wrong step makes it wrong; one that could not be done leaves it open. */
function worst() {
  const states = [...steps.children].map((step) => step.dataset.state);
  return ["wrong", "unknown"].find((state) => states.includes(state)) ?? "right";
}

/** The answer first, large; the steps are for who wants them, or needs them. */
function conclude(state) {
  verdict.dataset.state = state;
  for (const place of verdict.querySelectorAll("[data-right]")) place.textContent = place.dataset[state] ?? place.textContent;
  if (state === "wrong" || state === "unknown") document.getElementById("how").open = true;
}

async function read(address) {
  const answer = await fetch(address, { credentials: "omit", cache: "no-store" });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.text();
}

function say(word, state, more = "") {
  const item = document.createElement("li");
  item.className = "proof__step";
  item.dataset.state = state;
  const text = document.createElement("span");
  const known = words.querySelector(`[data-word=${word}]`) ?? words.querySelector("[data-word=signed_unknown]");
  text.textContent = [known.textContent, more].filter(Boolean).join(" ");
  item.append(text);
  steps.append(item);
}

/** Whole pixels to a module; the least correction there is, as the code is large. */
function draw(canvas, text) {
  const code = generate(mode.alphaNumeric(text), { minCorrectionLevel: correction.L, maxCorrectionLevel: correction.L });
  const modules = code.size + 2 * QUIET;
  const pixels = Math.max(1, Math.floor((Math.min(canvas.clientWidth, 640) * (window.devicePixelRatio || 1)) / modules));
  canvas.width = canvas.height = modules * pixels;
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#000000";
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (code.get(x, y)) context.fillRect((x + QUIET) * pixels, (y + QUIET) * pixels, pixels, pixels);
    }
  }
}
