// The till: scan, amount, green. One thing at a time; the history's one entry makes "back" come here, never away.
import { alone, forget, keep, newKey, thisTab, waiting } from "../till/pending.js";
import { Keypad } from "../till/keypad.js";
import { codeInPhoto } from "../till/photo.js";
import { prepareReader } from "../till/reader.js";
import { Scanner } from "../till/scanner.js";
import { SecondThought } from "../till/second_thought.js";
import { isOpen, settle } from "../till/settle.js";
import { unlock } from "../till/sounds.js";
import { drawToday } from "../till/today.js";
import { Typing } from "../till/typing.js";
import { isResidentsCode } from "../till/digits.js";
import { dismiss, hideWait, showDone, showNo, showWait } from "../till/verdict.js";
import { say } from "../till/words.js";
import { keepAwake } from "../wake_lock.js";

const SLOW_MS = 700; // after that, amber
const STILL_POSSIBLE = { insufficient_points: "available", cool_down: "left" }; // by refusal: where it says what can be taken yet

const page = document.getElementById("till");
const photo = document.getElementById("photo");
const { outlet, cashier } = document.body.dataset;

let busy = false; // a request is under way: nothing else begins

const scanner = new Scanner(document.getElementById("scan"), { found: scanned, chosen: otherWay, trouble: complain });
const typing = new Typing(document.getElementById("typing"), { found: typed });
const keypad = new Keypad(page.querySelector("[data-state=amount]"), { take, late: () => busy || refuse(say("scan_too_old")) });
const thought = new SecondThought(page.querySelector("[data-part=thought]"), { undo });

start();

function start() {
  document.addEventListener("click", unlock, { capture: true });
  page.addEventListener("click", (event) => {
    const way = event.target.closest("[data-do]")?.dataset.do;
    if (way) otherWay(way);
  });
  photo.addEventListener("change", onPhoto);
  window.addEventListener("popstate", onBack);
  window.addEventListener("pageshow", (event) => event.persisted && rest());
  window.addEventListener("online", resume);
  prepareReader(page.dataset.reader).catch(() => {}); // told when a picture is to be read
  keepAwake();
  page.dataset.ready = "yes";
  void drawToday(page.querySelector("[data-part=today]"), { address: page.dataset.today, receipt: page.dataset.receipt, outlet });
  void resume();
}

function otherWay(way) {
  if (busy) return;
  if (way === "scan") {
    leaveRest();
    complain("");
    void scanner.open();
  } else if (way === "photo") {
    rest();
    photo.click();
  } else if (way === "type") {
    typing.clear();
    show("typing");
    typing.focus();
  } else {
    scanner.forget(); // the same code again opens the same scan again
    rest();
  }
}

async function onPhoto() {
  const file = photo.files[0];
  photo.value = "";
  if (!file || busy) return;
  complain("");
  page.setAttribute("aria-busy", "true");
  try {
    const value = await codeInPhoto(file);
    if (isResidentsCode(value)) await scanned(value);
    else complain(say("other_code"));
  } catch (error) {
    complain(say(error.message.startsWith("photo_") ? error.message : "reader_missing"));
  } finally {
    page.removeAttribute("aria-busy");
  }
}

function scanned(code) {
  return checkout(code, "code");
}

function typed(code) {
  return checkout(code, "typed");
}

/** A code in the hand: who is it, and how much is there? */
async function checkout(code, way) {
  if (busy) return undefined;
  const key = newKey();
  const sent = Date.now();
  const request = { key, address: page.dataset.checkouts, body: { code, way, key }, outlet, proof: "checkout" };
  const { done, refused } = await underWay("asking_scan", (onTrouble) => settle(request, { onTrouble }));
  if (refused) return refuse(refused.message, refused);
  show("amount");
  return keypad.show({ id: done.checkout, name: done.name, spendable: done.spendable, endsAt: sent + done.seconds_left * 1000 });
}

/** Take the points. The key is made and kept before anything is sent. */
async function take({ checkout: held, points, rest: left }) {
  if (busy) return;
  const key = newKey();
  const request = {
    key,
    address: page.dataset.redemptions,
    ask: page.dataset.outcome.replace("KEY", key),
    body: { checkout: held.id, points, key },
    outlet,
    cashier,
    tab: thisTab(),
    proof: "receipt",
    rest: left,
  };
  keep(request);
  await follow(request, { held });
}

/** What an earlier page sent and never heard of. */
async function resume() {
  for (const request of waiting(cashier)) {
    if (busy) return;
    await follow(request, { resumed: true });
  }
}

async function follow(request, { resumed = false, held = null } = {}) {
  const outcome = await underWay("asking_take", (onTrouble) =>
    alone(request, async () => {
      const found = await settle(request, { resumed, onTrouble });
      if (!isOpen(found.refused)) forget(request);
      return found;
    }),
  );
  if (!outcome) return; // another tab has it
  if (outcome.refused) await refuse(outcome.refused.message, outcome.refused, held);
  else {
    thought.offer(outcome.done);
    await next(showDone(outcome.done, { rest: request.rest }));
  }
}

/** With one tap, within half a minute: all that was just taken goes back. The key is the receipt's own, so that two taps are one undo. */
async function undo(receipt) {
  if (busy) return;
  const key = `undo-${receipt.receipt}`;
  const address = page.dataset.undo.replace("NUMBER", receipt.receipt);
  const body = { left: receipt.points, key, reason: say("second_thought") };
  const { done, refused } = await underWay("asking_undo", (onTrouble) =>
    settle({ key, address, body, outlet, cashier, proof: "receipt" }, { onTrouble }),
  );
  if (isOpen(refused)) await refuse(refused.message, refused);
  else await next(done ? showDone(done, { back: true }) : showNo(refused.message, { back: true, next: "scan_next" }));
}

/** One thing under way; amber when the network fails or takes long. */
async function underWay(words, act) {
  busy = true; // at once: a second tap comes before any answer
  page.inert = true;
  const amber = () => showWait(say(words));
  const slow = setTimeout(amber, SLOW_MS);
  try {
    return await act(amber);
  } finally {
    clearTimeout(slow);
    hideWait();
    page.inert = false;
    busy = false;
  }
}

async function refuse(words, problem = null, held = null) {
  const possible = problem?.body?.[STILL_POSSIBLE[problem.code]] ?? 0;
  if (isOpen(problem)) {
    const signedOut = problem.status === 401;
    const why = problem.code === "shown_to_another" ? words : say(signedOut ? "sign_in_to_know" : "reload_to_know");
    await showNo(why, { next: signedOut ? "sign_in" : "reload" });
    location.assign(location.pathname); // whoever is signed out is led to sign in, and back here
  } else if (held && possible > 0) {
    const again = await showNo(words, { next: "other_amount" });
    if (again !== "next") return rest();
    show("amount");
    return keypad.show({ ...held, spendable: possible });
  } else {
    await next(showNo(words));
  }
  return undefined;
}

async function next(screen) {
  keypad.clear();
  show("ready");
  const chosen = await screen;
  if (chosen === "next") otherWay("scan");
  else if (chosen === "undo") thought.take();
  else if (!busy) rest();
}

function complain(words) {
  show("ready");
  const place = page.querySelector("[data-part=notice]");
  place.replaceChildren();
  if (!words) return;
  const notice = document.createElement("p");
  notice.className = "notice notice--no till__notice";
  notice.textContent = words;
  place.append(notice);
  rest({ keepNotice: true });
}

function show(state) {
  if (state !== "ready") leaveRest();
  for (const section of page.querySelectorAll("[data-state]")) section.hidden = section.dataset.state !== state;
  document.body.classList.toggle("is-busy", state !== "ready");
  window.scrollTo(0, 0);
}

/** Away from the beginning: one entry of history, never more, so that "back" comes back here. */
function leaveRest() {
  if (!history.state?.away) history.pushState({ away: true }, "");
}

/** Where the page begins. */
function rest({ keepNotice = false } = {}) {
  if (!keepNotice) page.querySelector("[data-part=notice]").replaceChildren();
  scanner.close();
  keypad.clear();
  show("ready");
  void drawToday(page.querySelector("[data-part=today]"), { address: page.dataset.today, receipt: page.dataset.receipt, outlet });
}

function onBack() {
  if (busy) {
    leaveRest(); // what is under way is under way
    return;
  }
  dismiss();
  rest();
}
