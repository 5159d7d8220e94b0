// Letting this phone show its resident's codes, and knowing whether it still may.
import { getJson, postJson } from "../http.js";
import { importKey } from "./rotating_code.js";
import * as vault from "./vault.js";

const LOCK = "enrollment";

/** What the server knows just now: {resident, spendable, phone, frozen, latest, server_time}. `phone` says if this handle may show codes. */
export async function askNow(address, handle) {
  const sent = performance.now();
  const answer = await getJson(`${address}?handle=${handle ?? ""}`);
  const half = (performance.now() - sent) / 2; // the server read its clock about then
  return { ...answer, offsetMs: Date.parse(answer.server_time) + half - Date.now() };
}

/**
 * Have a record for the resident who is signed in. One of somebody else, or of a phone that was stopped, is thrown away.
 * The record may be `{kept: false}`: then this browser keeps no keys.
 */
export async function ensure(addresses) {
  const before = await vault.read();
  const now = await askNow(addresses.now, before?.handle);
  if (before && before.owner === now.resident && now.phone) {
    const record = { ...before, offsetMs: now.offsetMs, points: now.spendable, pointsAt: Date.now(), frozen: now.frozen };
    await vault.keep(record);
    return { record, now, kept: true };
  }
  return alone(() => begin(addresses, now, before?.handle));
}

/** Enroll this phone, unless another page of it did so since that handle was read: two at once would make two phones of it. */
async function begin(addresses, now, handle) {
  const others = await vault.read();
  if (others && others.owner === now.resident && others.handle !== handle) return { record: others, now, kept: true };
  if (others) await vault.clear();
  if (!(await keepsKeys())) return { record: null, now, kept: false };
  const record = await enroll(addresses.devices, now);
  return { record, now, kept: await vault.keep(record) };
}

/** One page of this phone after the other; each asks the server for ten seconds at most. */
function alone(act) {
  return navigator.locks ? navigator.locks.request(LOCK, act) : act();
}

async function enroll(address, now) {
  const device = await postJson(address, {});
  if (device.resident !== now.resident) throw new Error("somebody else signed in meanwhile");
  return {
    owner: now.resident,
    handle: device.handle,
    key: await importKey(device.key),
    offsetMs: now.offsetMs,
    points: now.spendable,
    pointsAt: Date.now(),
  };
}

/** Try with a throw-away key, so that no phone is enrolled in vain. */
async function keepsKeys() {
  try {
    const key = await importKey("00".repeat(32));
    const kept = await vault.keep({ key });
    await vault.clear();
    return kept;
  } catch {
    return false;
  }
}
