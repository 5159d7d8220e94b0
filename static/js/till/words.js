// The sentences of templates/merchant/words.html, by name.
const shelf = document.getElementById("words")?.content;

/** The sentence of that name with its {places} filled in. Numbers are grouped. */
export function say(name, places = {}) {
  const words = shelf?.querySelector(`[data-word="${name}"]`)?.textContent ?? name;
  return words.replace(/\{(\w+)\}/g, (whole, place) => shown(places[place] ?? whole));
}

/** `one` or `many` points in words. */
export function sayPoints(count) {
  return say(count === 1 ? "one_point" : "points", { n: count });
}

/** Minor units as `1,234.50`. */
export function yuan(minor) {
  return (minor / 100).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function shown(value) {
  return typeof value === "number" ? value.toLocaleString("en") : value;
}
