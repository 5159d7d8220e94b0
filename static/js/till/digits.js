// Codes as digits: what was typed or scanned, cleaned, grouped, and checked without asking anybody.
import { checkDigit } from "../codes/scheme71.js";
import { plainDigits } from "../digits.js";

export const LENGTH = 27;
const SCHEME = "71";
const GROUP = /.{1,4}/g;

/** The digits of what was typed, in whatever script and grouping. */
export function digitsOf(text) {
  return plainDigits(text).replace(/\D/g, "");
}

/** In groups of four, as the resident's phone shows them. */
export function grouped(digits) {
  return (digits.match(GROUP) ?? []).join(" ");
}

/** Whether these are the 27 digits of a resident's code, the check digit included. */
export function isResidentsCode(text) {
  return /^\d+$/.test(text) && text.length === LENGTH && text.startsWith(SCHEME) && checkDigit(text) === "0";
}
