// The resident's rotating code, scheme 71: the same digits as redemptions/rotating_code.py makes, computed on the phone.
//
// Digits 1-2: scheme. 3-11: handle. 12-16: step mod 100000. 17-26: MAC. 27: Damm check digit.
export const STEP_SECONDS = 15;
export const STEPS = 100_000; // a code tells its step up to that

const SCHEME = "71";
const MACS = 10_000_000_000n;
const LABEL = new TextEncoder().encode("cfpc1");

const DAMM = [
  [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
  [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
  [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
  [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
  [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
  [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
  [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
  [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
  [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
  [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/** The key of a device as WebCrypto keeps it: it signs, and nobody reads it back. */
export function importKey(hex) {
  const raw = Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  return crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/** The number of the quarter of a minute, counted from 1970. */
export function stepAt(seconds) {
  return Math.floor(seconds / STEP_SECONDS);
}

/** The 27 digits that a device shows in a step. `handle` is its nine digits as text. */
export async function makeCode(key, handle, step) {
  const body = SCHEME + handle.padStart(9, "0") + String(step % STEPS).padStart(5, "0") + (await macDigits(key, handle, step));
  return body + checkDigit(body);
}

/** The Damm digit to put behind these digits. */
export function checkDigit(digits) {
  let interim = 0;
  for (const digit of digits) interim = DAMM[interim][Number(digit)];
  return String(interim);
}

async function macDigits(key, handle, step) {
  const message = new Uint8Array(LABEL.length + 16);
  message.set(LABEL);
  const view = new DataView(message.buffer);
  view.setBigUint64(LABEL.length, BigInt(handle));
  view.setBigUint64(LABEL.length + 8, BigInt(step));
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, message));
  return String(mac.getBigUint64(0) % MACS).padStart(10, "0");
}
