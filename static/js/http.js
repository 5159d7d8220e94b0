// Asking the server for JSON, with the CSRF token, a limit of time, and refusals as errors.
const TIMEOUT_MS = 10_000;

/** A refusal of the server: its HTTP status, its code, and its sentence for people. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.title ?? `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    this.code = body.code ?? "";
    this.body = body;
  }
}

/** The JSON at an address. Rejects with a Problem when refused, with a TypeError or an AbortError when the network fails. */
export function getJson(url, options = {}) {
  return ask(url, { ...options, headers: { Accept: "application/json", ...options.headers } });
}

/** The answer to a JSON body. */
export function postJson(url, body, options = {}) {
  return ask(url, {
    ...options,
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken(), ...options.headers },
    body: JSON.stringify(body),
  });
}

async function ask(url, options) {
  const answer = await fetch(url, { credentials: "same-origin", redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS), ...options });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(answer.status, body);
  return body;
}

function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}
