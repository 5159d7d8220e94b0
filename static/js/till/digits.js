// Codes as digits: what was typed or scanned, cleaned, grouped, and checked without asking anybody.
import { checkDigit, STEPS, stepAt } from "../codes/rotating_code.js";
import { plainDigits } from "../digits.js";

export const LENGTH = 27;
const SCHEME = "71";
const GROUP = 4;
const GROUPS = new RegExp(`.{1,${GROUP}}`, "g");
const STEP_DIGITS = [11, 16]; // where they stand
const NEAR_STEPS = 60; // this device's clock may be a quarter of an hour off

/** The digits of what was typed, in whatever script and grouping. */
export function digitsOf(text) {
  return plainDigits(text).replace(/\D/g, "");
}

/** In groups of four, as the resident's phone shows them. */
export function grouped(digits) {
  return (digits.match(GROUPS) ?? []).join(" ");
}

/** Whether these are the 27 digits of a resident's code, the check digit included. */
export function isResidentsCode(text) {
  return /^\d+$/.test(text) && text.length === LENGTH && text.startsWith(SCHEME) && checkDigit(text) === "0";
}

/**
 * Which group holds the slip, counted from 0; -1 where only the check digit tells that there is one.
 *
 * Two things are known beforehand: how every code begins, and what time it is.
 */
export function wrongGroup(digits, seconds) {
  if (!digits.startsWith(SCHEME)) return 0;
  const shown = digits.slice(...STEP_DIGITS);
  const near = stepAt(seconds) % STEPS;
  const apart = Math.abs(Number(shown) - near);
  if (Math.min(apart, STEPS - apart) <= NEAR_STEPS) return -1;
  const right = String(near).padStart(shown.length, "0");
  const slip = [...right].findIndex((digit, place) => digit !== shown[place]);
  return Math.floor((STEP_DIGITS[0] + slip) / GROUP);
}

/** From where to where a group stands among the grouped digits. */
export function placeOfGroup(group) {
  const from = group * (GROUP + 1);
  return [from, from + GROUP];
}
