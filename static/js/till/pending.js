// What was sent and has no answer yet: kept on this device before it is sent, so that a reload, a crash or a second tab
// asks on for the same key. Kept are key, amount, checkout and tab; never a name.
const PREFIX = "till-pending:";
const TAB = "till-tab";

/** A key no request used before. */
export function newKey() {
  return crypto.randomUUID();
}

/** What this tab is called, also after a reload. */
export function thisTab() {
  try {
    const name = sessionStorage.getItem(TAB) ?? crypto.randomUUID();
    sessionStorage.setItem(TAB, name);
    return name;
  } catch {
    return undefined; // then no request is kept either
  }
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

/**
 * Act for this request in one tab only. In the others nothing happens. The tab that sent it waits instead: after a
 * reload the page that was left may be slow to let go.
 */
export function alone(request, act) {
  if (!navigator.locks) return act();
  const ifAvailable = request.tab !== thisTab();
  return navigator.locks.request(PREFIX + request.key, { ifAvailable }, (lock) => (lock ? act() : undefined));
}
