// A receipt: undo it or give some of it back, with a reason, until it is known that the points went back.
import { newKey } from "../till/pending.js";
import { settle } from "../till/settle.js";
import { unlock } from "../till/sounds.js";
import { hideWait, showDone, showNo, showWait } from "../till/verdict.js";
import { say } from "../till/words.js";

const SLOW_MS = 700;
const form = document.getElementById("give-back");
const left = Number(form.dataset.left); // as this page shows it: the server refuses if it is another by then
let busy = false;
let all = true;

for (const button of document.querySelectorAll("[data-give]")) {
  button.addEventListener("click", () => open(button));
  button.disabled = false; // until now a tap would have done nothing
}
form.addEventListener("change", (event) => {
  if (event.target.name !== "reason") return;
  const other = part("other");
  other.hidden = !form.querySelector("[data-other]").checked;
  if (!other.hidden) other.querySelector("input").focus();
});
form.addEventListener("input", () => {
  part("error").hidden = true; // while typing, not on leaving: a button that moves under the finger is missed
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  give();
});

/** The same form for all of it and for a part. */
function open(button) {
  all = button.dataset.give === "all";
  for (const each of document.querySelectorAll("[data-give]")) each.setAttribute("aria-pressed", String(each === button));
  part("amount").hidden = all;
  part("do").textContent = all ? part("do").dataset.all : part("do").dataset.some;
  part("error").hidden = true;
  form.hidden = false;
  (all ? form.querySelector("[name=reason]") : form.elements.points).focus();
}

async function give() {
  if (busy) return;
  const body = asked();
  if (!body) return;
  busy = true;
  unlock();
  const amber = () => showWait(say("asking_undo"));
  const slow = setTimeout(amber, SLOW_MS);
  const { done, refused } = await settle(remembered(body), { onTrouble: amber });
  clearTimeout(slow);
  hideWait();
  sessionStorage.removeItem(kept());
  if (done) await showDone(done, { back: true, next: "show_receipt" });
  else await showNo(refused.message, { back: true, next: "reload" });
  location.reload();
}

/** What the form says, as the till's request has it; nothing if something is missing, which is then said. */
function asked() {
  const typed = form.elements.points.value.trim();
  const points = all ? left : /^[0-9]{1,8}$/.test(typed) ? Number(typed) : 0;
  const reason = chosen();
  const fits = points >= 1 && points <= left;
  const wrong = fits ? (reason ? "" : form.dataset.error) : form.elements.points.dataset.error;
  part("error").hidden = !wrong;
  part("error-words").textContent = wrong;
  if (wrong) return null;
  return undoes() ? { reason, left } : { points, reason, left };
}

/** Of the day's receipts all is given back by an undo; otherwise it is a refund of all that is left. */
function undoes() {
  return all && Boolean(form.dataset.undo);
}

function chosen() {
  const one = form.querySelector("[name=reason]:checked");
  if (!one) return "";
  return ("other" in one.dataset ? part("other").querySelector("input").value : one.value).trim();
}

/** The request, with a key that a reload keeps; other points or another reason are another request. */
function remembered(body) {
  const before = JSON.parse(sessionStorage.getItem(kept()) ?? "null");
  const same = before && before.reason === body.reason && before.points === body.points && before.left === body.left;
  const key = same ? before.key : newKey();
  sessionStorage.setItem(kept(), JSON.stringify({ key, ...body }));
  const address = undoes() ? form.dataset.undo : form.dataset.refunds;
  return { key, address, body: { key, ...body }, outlet: document.body.dataset.outlet, proof: "receipt" };
}

function kept() {
  return `till-${undoes() ? "undo" : "refund"}:${form.dataset.receipt}`;
}

function part(name) {
  return form.querySelector(`[data-part=${name}]`);
}
