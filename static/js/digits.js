// One form for all the spellings of a number: what core/numbers.py does, for what is typed on a page.
const DIGIT = /\p{Nd}/u;
const DASHES = "\u02d7\u2043\u207b\u208b\u2212\u2500\u2796\u30fc\uff70";
const UNSEEN = /[\s\p{Z}\p{Cf}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u180b-\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u;

/** The number in ASCII digits, without spaces and marks that nobody sees. Dashes become "-", everything else stays. */
export function plainAmount(text) {
  return Array.from(text.normalize("NFKC"), plain).join("");
}

/** The same without dashes, where they only group. */
export function plainDigits(text) {
  return plainAmount(text).replaceAll("-", "");
}

function plain(letter) {
  if (DIGIT.test(letter)) return String(digitOf(letter.codePointAt(0)));
  if (/\p{Pd}/u.test(letter) || DASHES.includes(letter)) return "-";
  return UNSEEN.test(letter) ? "" : letter;
}

/** Digits of a script stand in a row of ten, from a place that ends in 0 or in 6. */
function digitOf(code) {
  const start = code - (code & 15);
  return DIGIT.test(String.fromCodePoint(start)) && (code & 15) < 10 ? code & 15 : (code & 15) - 6;
}
