// Send a request until its outcome is known. The key was made before the first try, so trying again never takes twice.
import { getJson, postJson, Problem } from "../http.js";

const PAUSES_MS = [400, 1_000, 2_000, 3_000, 5_000]; // the last one repeats
const NOT_TAKEN = "not_taken";

/**
 * {done: answer} or {refused: problem}. Meanwhile `onTrouble` is told each time the network failed.
 *
 * request: {key, address, body, outlet, proof, ask}. `proof` is a field that every true answer has. `ask` is where the
 * outcome is asked for by key; without it the same request is sent again. A resumed request asks first.
 */
export async function settle(request, { resumed = false, onTrouble = () => {} } = {}) {
  let ask = resumed && Boolean(request.ask);
  for (let tries = 0; ; ) {
    try {
      return { done: await (ask ? asked(request) : sent(request)) };
    } catch (error) {
      if (!passes(error)) {
        if (!(ask && error.code === NOT_TAKEN)) return { refused: error };
        ask = false; // it never arrived: the same key, now
      } else {
        onTrouble();
        await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
        tries += 1;
        ask = Boolean(request.ask);
      }
    }
  }
}

/** Whether a refusal leaves it open: signed out, the page's token too old, or the page somebody else's. Nobody looked at the key. */
export function isOpen(problem) {
  return problem?.status === 401 || ["page_too_old", "shown_to_another"].includes(problem?.code);
}

function sent(request) {
  return whole(request, postJson(request.address, request.body, { headers: told(request) }));
}

function asked(request) {
  return whole(request, getJson(request.ask, { headers: told(request), cache: "no-store" }));
}

/** An answer that broke off in the middle is no answer. */
async function whole(request, coming) {
  const answer = await coming;
  if (answer[request.proof] === undefined) throw new TypeError("the answer broke off");
  return answer;
}

/** At which outlet, and for whom this page was made: who signed in since in another tab is somebody else. */
function told(request) {
  const cashier = request.cashier ?? document.body.dataset.cashier;
  return { ...(request.outlet && { "X-Outlet": request.outlet }), ...(cashier && { "X-Cashier": cashier }) };
}

/** Whether it may go better by itself: the network, or a server that is busy or starting. */
function passes(error) {
  return !(error instanceof Problem) || error.status >= 500 || error.status === 408;
}

/** Some time, or until the network is back. */
function pause(ms) {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      window.removeEventListener("online", go);
      resolve();
    };
    const timer = setTimeout(go, ms);
    window.addEventListener("online", go);
  });
}
