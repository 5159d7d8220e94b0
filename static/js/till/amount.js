// What is typed on the keypad: points, or a bill in yuan. One point is worth one fen.
import { plainAmount } from "../digits.js";

const MOST_DIGITS = 8;
const BILL = /^\d{1,6}(\.\d{0,2})?$/;

/** The text after one more key: a digit, "00", "." or "erase". What can't be meant changes nothing. */
export function press(text, key, mode) {
  if (key === "erase") return text.slice(0, -1);
  return accept((text || (key === "." ? "0" : "")) + key, mode) ?? text;
}

/** The text as it may stand there, or null. Zeros in front go. */
export function accept(text, mode) {
  const typed = plainAmount(text).replace("。", ".").replace(/^0+(?=\d)/, "");
  if (typed === "") return "";
  if (mode === "points") return /^\d+$/.test(typed) && typed.length <= MOST_DIGITS ? typed : null;
  return BILL.test(typed) ? typed : null;
}

/** The amount in points, which is also in fen. */
export function pointsOf(text, mode) {
  if (text === "") return 0;
  if (mode === "points") return Number(text);
  const [whole, part = ""] = text.split(".");
  return Number(whole) * 100 + Number(part.padEnd(2, "0"));
}

/** How many points are taken, and what of a bill is left to pay otherwise. Points asked for beyond what there is: none. */
export function split(asked, spendable, mode) {
  if (mode === "points") return { points: asked <= spendable ? asked : 0, rest: 0, tooMany: asked > spendable };
  const points = Math.min(asked, spendable);
  return { points, rest: asked - points, tooMany: asked > 0 && points === 0 };
}
