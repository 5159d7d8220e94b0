// What was sent and has no answer yet: kept on this device before it is sent, so that a reload, a crash or a second tab
// asks on for the same key. Kept are key, amount and claim; never a name.
const PREFIX = "till-pending:";

/** A key no request used before. */
export function newKey() {
  return crypto.randomUUID();
}

/** Keep it until its answer is known. Where the browser keeps nothing, this page alone knows it. */
export function keep(request) {
  try {
    localStorage.setItem(PREFIX + request.key, JSON.stringify(request));
  } catch {
    // private browsing: a reload forgets it, today's list does not
  }
}

/** Its answer is known. */
export function forget(request) {
  try {
    localStorage.removeItem(PREFIX + request.key);
  } catch {
    // it was never kept
  }
}

/** All that wait for an answer, of this cashier when one is named. */
export function waiting(cashier) {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
    const requests = names.map((name) => JSON.parse(localStorage.getItem(name)));
    return requests.filter((request) => request && (!cashier || request.cashier === cashier));
  } catch {
    return [];
  }
}

/** Act for this request in one tab only; in the others nothing happens. */
export function alone(request, act) {
  if (!navigator.locks) return act();
  return navigator.locks.request(PREFIX + request.key, { ifAvailable: true }, (lock) => (lock ? act() : undefined));
}
