// Codes as digits: what was typed or scanned, cleaned, grouped, and checked without asking anybody.
import { checkDigit } from "../codes/scheme71.js";

export const LENGTH = 27;
const SCHEME = "71";
const GROUP = /.{1,4}/g;

/** The digits of what was typed: full-width ones, spaces and hyphens as they are meant. */
export function digitsOf(text) {
  return text.normalize("NFKC").replace(/\D/g, "");
}

/** In groups of four, as the resident's phone shows them. */
export function grouped(digits) {
  return (digits.match(GROUP) ?? []).join(" ");
}

/** Whether these are the 27 digits of a resident's code, the check digit included. */
export function isResidentsCode(text) {
  return /^\d+$/.test(text) && text.length === LENGTH && text.startsWith(SCHEME) && checkDigit(text) === "0";
}
