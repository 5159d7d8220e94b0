// A receipt: undo it or give some of it back, with a reason, until it is known that the points went back.
import { newKey } from "../till/pending.js";
import { settle } from "../till/settle.js";
import { unlock } from "../till/sounds.js";
import { hideWait, showDone, showNo, showWait } from "../till/verdict.js";
import { say } from "../till/words.js";

const SLOW_MS = 700;
let busy = false;

for (const form of document.querySelectorAll("[data-giving-back]")) {
  form.addEventListener("change", (event) => {
    if (event.target.name !== "reason") return;
    const other = part(form, "other");
    other.hidden = !form.querySelector("[data-other]").checked;
    if (!other.hidden) other.querySelector("input").focus();
  });
  form.addEventListener("input", () => {
    part(form, "error").hidden = true; // while typing, not on leaving: a button that moves under the finger is missed
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    give(form);
  });
  form.querySelector("[type=submit]").disabled = false; // until now a tap would have reloaded the page and given nothing back
}

async function give(form) {
  if (busy) return;
  const body = asked(form);
  if (!body) return;
  busy = true;
  unlock();
  const amber = () => showWait(say("asking_undo"));
  const slow = setTimeout(amber, SLOW_MS);
  const { done, refused } = await settle(remembered(form, body), { onTrouble: amber });
  clearTimeout(slow);
  hideWait();
  sessionStorage.removeItem(kept(form));
  if (done) await showDone(done, { back: true, next: "show_receipt" });
  else await showNo(refused.message, { back: true, next: "reload" });
  location.reload();
}

/** What the form says, as the till's request has it; nothing if something is missing, which is then said. */
function asked(form) {
  const points = form.elements.points;
  const number = points && /^[0-9]{1,8}$/.test(points.value.trim()) ? Number(points.value) : 0;
  const reason = chosen(form);
  const fits = !points || (number >= 1 && number <= Number(points.dataset.most));
  const wrong = fits ? (reason ? "" : form.dataset.error) : points.dataset.error;
  part(form, "error").hidden = !wrong;
  part(form, "error").querySelector("span").textContent = wrong;
  if (wrong) return null;
  return points ? { points: number, reason } : { reason };
}

function chosen(form) {
  const one = form.querySelector("[name=reason]:checked");
  if (!one) return "";
  return ("other" in one.dataset ? part(form, "other").querySelector("input").value : one.value).trim();
}

/** The request, with a key that a reload keeps; other points or another reason are another request. */
function remembered(form, body) {
  const before = JSON.parse(sessionStorage.getItem(kept(form)) ?? "null");
  const same = before && before.reason === body.reason && before.points === body.points;
  const key = same ? before.key : newKey();
  sessionStorage.setItem(kept(form), JSON.stringify({ key, ...body }));
  return { key, address: form.dataset.address, body: { key, ...body }, outlet: document.body.dataset.outlet, proof: "receipt" };
}

function kept(form) {
  return `till-${form.id}:${form.dataset.receipt}`;
}

function part(form, name) {
  return form.querySelector(`[data-part=${name}]`);
}
