// The code page: a code made here every quarter of a minute, with or without network, and the news when it was taken.
// What the code itself doesn't need is loaded once it stands: a slow phone pays for every file.
import { drawCode, wipe } from "../codes/drawing.js";
import { ServerClock } from "../codes/clock.js";
import { makeCode, STEP_SECONDS, stepAt } from "../codes/rotating_code.js";
import * as vault from "../codes/vault.js";
import { tellNetwork } from "../presence.js";

const TICK_MS = 250;
const NEWS_EVERY_MS = 2_000;
const NEWS_OFTEN_MS = 120_000; // that long from something new, then less often
const NEWS_LATER_MS = 10_000;
const DIGITS_STAY_STEPS = 3; // while they are being typed; taken for four
const CODE_ROOM = 420;
const CODE_ROOM_OF_WIDTH = 0.86;
const CODE_ROOM_OF_HEIGHT = 0.45; // on a short screen what is below stays in sight

const page = document.getElementById("code-page");
const addresses = { now: page.dataset.now, devices: page.dataset.devices, codes: page.dataset.codes };
const taken = document.getElementById("taken");
const part = Object.fromEntries([...page.querySelectorAll("[data-part]")].map((element) => [element.dataset.part, element]));

let source = null; // {codeAt(step)}
let clock = new ServerClock(0);
let inSight = !document.hidden; // ever since the clock was last looked at
let isChecking = false; // the clock was set: no code before the server was asked
let isUnsure = false; // and it hasn't answered since
let isFrozen = false; // no till takes a code, so none is shown
let shownStep = null;
let owner = null;
let handle = "";
const openedAt = Date.now();
let latest; // the newest receipt's number at the last answer; undefined before the first
let newsUntil = 0;
let askedAt = 0;
let digitsStep = null;
let readStep = -1; // the newest step whose code a till has read

start();

async function start() {
  setInterval(tick, TICK_MS);
  setInterval(lookForNews, NEWS_EVERY_MS);
  document.addEventListener("visibilitychange", onVisibility);
  window.addEventListener("online", refresh);
  window.addEventListener("resize", () => (shownStep = null));
  part.typing.addEventListener("toggle", onTyping);
  const record = await vault.read();
  if (record?.key && record.handle) await (record.frozen ? freeze(record) : use(record)); // at once, before any network
  void import("../wake_lock.js").then(({ keepAwake }) => keepAwake());
  await refresh();
}

/** Ask the server who is here, and whether this phone may (still) show codes. Without network, what there is stays. */
async function refresh() {
  try {
    const { ensure } = await import("../codes/enrollment.js");
    const { record, now, kept } = await ensure(addresses);
    tellNetwork(true);
    if (now.frozen) freeze(record);
    else if (kept) await use(record);
    else await useServerCodes(now);
    noteNow(now);
  } catch (error) {
    if (error.status) await refused(error);
    else noAnswer();
  }
}

/** Without network the code works as long as the clock does. */
function noAnswer() {
  tellNetwork(false);
  part["clock-unsure"].hidden = !(clock.wasWrong || isUnsure);
  part["points-at"].hidden = false; // it may be less by now
  if (!source && !isFrozen) show("no-network");
}

/** The points or this phone are frozen: no code, and the key stays for when they aren't any more. */
function freeze(record) {
  isFrozen = true;
  source = null;
  owner = record?.owner ?? null;
  handle = record?.handle ?? "";
  page.dataset.digits = "";
  hideCode();
  show("frozen");
}

/** Signed out, nobody's points, or stopped: nothing is shown, and the key is dropped. */
async function refused(problem) {
  if (problem.status === 401) {
    const had = source !== null || (await vault.read()) !== null;
    await drop();
    show(had ? "ended" : "signed-out");
  } else if (problem.status === 404) {
    await drop();
    show("no-bank");
  } else if (!source && !isFrozen) {
    show("no-network");
  }
}

async function drop() {
  source = owner = null;
  isFrozen = false;
  handle = page.dataset.digits = "";
  hideCode();
  await vault.clear();
}

async function use(record) {
  const same = source && source.key === record.key && handle === record.handle;
  if (handle !== record.handle) digitsStep = null; // somebody else's
  isFrozen = false;
  owner = record.owner;
  handle = record.handle;
  source = { key: record.key, codeAt: (step) => makeCode(record.key, record.handle, step) };
  clock = new ServerClock(record.offsetMs);
  if (!same) shownStep = null;
  show("code");
  await tick();
  afterFrame(() => showPoints(record.points, record.pointsAt)); // words for numbers and times take a slow phone long
}

async function useServerCodes(now) {
  handle = "";
  isFrozen = false;
  clock.offsetMs = now.offsetMs;
  const { ServerCodes } = await import("../codes/server_codes.js");
  source = new ServerCodes(addresses.codes);
  part["online-only"].hidden = false;
  show("code");
  tick();
}

/** Draw the code of this moment, when it is another than the one that stands there; move the ring. */
async function tick() {
  if (clock.wasSet(inSight)) void recheck();
  inSight = !document.hidden;
  if (!source || document.hidden || isChecking) return;
  const seconds = clock.now() / 1000;
  const step = freshStep(stepAt(seconds));
  moveRing((step + 1) * STEP_SECONDS - seconds);
  tellDigitsLeft(seconds);
  if (step === shownStep) return;
  shownStep = step;
  try {
    const digits = await source.codeAt(step);
    if (document.hidden || step !== shownStep) return;
    drawCode(part.canvas, digits, Math.min(CODE_ROOM, page.clientWidth * CODE_ROOM_OF_WIDTH, innerHeight * CODE_ROOM_OF_HEIGHT));
    showDigits(digits, step);
    page.dataset.digits = page.dataset.tell ? digits : "";
  } catch (error) {
    source = null;
    if (error.status) await refused(error);
    else noAnswer();
  }
}

/** Somebody set the phone's clock: what stands there may be of another time. Hide it, and ask the server what time it is. */
async function recheck() {
  if (isChecking) return;
  isChecking = isUnsure = true;
  wipe(part.canvas);
  part.digits.hidden = true; // not gone: somebody may be typing them, and they may be good
  if (navigator.onLine) await refresh();
  else noAnswer();
  isChecking = part.digits.hidden = false;
  shownStep = null;
  await vault.update({ offsetMs: clock.offsetMs });
}

function hideCode() {
  wipe(part.canvas);
  part.digits.textContent = "";
  shownStep = digitsStep = null;
}

/** The step of this moment; one ahead, which tills take too, when this one's code was read. */
function freshStep(step) {
  return Math.min(Math.max(step, readStep + 1), step + 1);
}

/** When what stands now has been painted. */
function afterFrame(act) {
  requestAnimationFrame(() => setTimeout(act));
}

function moveRing(left) {
  part.ring.style.strokeDashoffset = String(100 - (left / STEP_SECONDS) * 100);
  part.left.textContent = part.left.dataset.words.replace("{n}", String(Math.ceil(left)));
}

/** The digits for typing. They stand still longer than the code: nobody types twenty-seven in a quarter of a minute. */
function showDigits(digits, step) {
  const stays = digitsStep !== null && digitsStep > readStep && step >= digitsStep && step < digitsStep + DIGITS_STAY_STEPS;
  if (stays && part.typing.open) return;
  digitsStep = step;
  part.digits.textContent = digits.match(/.{1,4}/g).join(" ");
}

/** Once open, the digits stay: somebody may be typing them already. Hidden again, the newest take their place. */
function onTyping() {
  if (part.typing.open) {
    afterFrame(() => part.digits.scrollIntoView({ block: "center" }));
    return;
  }
  shownStep = digitsStep = null;
  tick();
}

function tellDigitsLeft(seconds) {
  if (!part.typing.open || digitsStep === null) return;
  const left = (digitsStep + DIGITS_STAY_STEPS) * STEP_SECONDS - seconds;
  part["digits-left"].textContent = part["digits-left"].dataset.words.replace("{n}", String(Math.max(0, Math.ceil(left))));
}

/** While the page is in sight: has a till taken points? */
async function lookForNews() {
  if (document.hidden || !navigator.onLine || !handle) return;
  if (Date.now() > newsUntil && Date.now() < askedAt + NEWS_LATER_MS) return;
  askedAt = Date.now();
  try {
    const { askNow } = await import("../codes/enrollment.js");
    const now = await askNow(addresses.now, handle);
    tellNetwork(true);
    // somebody else signed in, or this phone was stopped, or frozen, or is so no longer
    if (now.resident !== owner || !now.phone || now.frozen !== isFrozen) await refresh();
    else noteNow(now);
  } catch (error) {
    if (error.status) await refused(error);
    else noAnswer();
  }
}

function noteNow(now) {
  if (owner && now.resident !== owner) return;
  clock.offsetMs = now.offsetMs;
  isUnsure = false;
  part["clock-unsure"].hidden = part["points-at"].hidden = true;
  if (newsUntil === 0) newsUntil = Date.now() + NEWS_OFTEN_MS;
  showPoints(now.spendable, Date.now());
  void vault.update({ points: now.spendable, pointsAt: Date.now(), offsetMs: now.offsetMs, frozen: now.frozen });
  if (now.latest && now.latest.given_back === now.latest.points) {
    taken.close(); // nothing is paid any more, read or unread; that it came back is told below
  } else if (now.latest && isNews(now)) {
    newsUntil = Date.now() + NEWS_OFTEN_MS;
    void import("../outcome.js").then(({ showOutcome }) => showOutcome(taken, paid(now)));
  }
  latest = now.latest?.receipt ?? null;
  readStep = now.read_step ?? -1;
  tellAbout("scanned", now.checkout && !now.checkout.refusal && now.checkout);
  tellAbout("refused", now.checkout?.refusal && { outlet: now.checkout.outlet, why: now.checkout.refusal });
  tellAbout("came-back", now.came_back);
}

/** A line about what a till did, while it is news. */
function tellAbout(name, facts) {
  const place = part[name];
  const words = facts ? place.dataset.words.replace(/\{(\w+)\}/g, (_all, fact) => facts[fact].toLocaleString("en")) : "";
  if (place.textContent === words) return;
  place.textContent = words; // only when it changed: it is read aloud
  place.hidden = !facts;
  newsUntil = Date.now() + NEWS_OFTEN_MS;
}

/** What was paid and what is left, with their worth: one point is worth one fen. */
function paid(now) {
  return { ...now.latest, worth: yuan(now.latest.points), left: now.spendable, left_worth: yuan(now.spendable) };
}

function yuan(points) {
  return (points / 100).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** Another receipt than at the last answer. Before the first (opened without network): one of later than the page's opening. */
function isNews(now) {
  if (latest !== undefined) return now.latest.receipt !== latest;
  return Date.parse(now.latest.taken_at) > openedAt + now.offsetMs;
}

function showPoints(points, at) {
  if (typeof points !== "number") return;
  const words = points === 1 ? part.points.dataset.one : part.points.dataset.many;
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: page.dataset.zone };
  const time = new Intl.DateTimeFormat(document.documentElement.lang, clock).format(at);
  part.points.textContent = words.replace("{n}", points.toLocaleString("en"));
  part["points-at"].textContent = part["points-at"].dataset.words.replace("{time}", time);
}

function onVisibility() {
  if (document.hidden) {
    hideCode();
    inSight = false;
  } else {
    newsUntil = Date.now() + NEWS_OFTEN_MS;
    tick();
    refresh();
  }
}

function show(state) {
  for (const element of page.querySelectorAll("[data-state]")) element.hidden = element.dataset.state !== state;
  page.removeAttribute("aria-busy");
}
