// The hint "add to home screen": where the browser can ask, a button; on iPhones, how to do it by hand.
const DISMISSED = "home-screen-dismissed";

/** Show the hint inside `card` when it makes sense: not installed yet, not dismissed, and possible here. */
export function offerHomeScreen(card) {
  if (!card || isInstalled() || wasDismissed()) return;
  card.querySelector("[data-dismiss]").addEventListener("click", () => dismiss(card));
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    showButton(card, event);
  });
  if (isIos()) show(card, "ios");
}

function showButton(card, prompt) {
  show(card, "ask");
  card.querySelector("[data-install]").addEventListener(
    "click",
    async () => {
      card.hidden = true;
      await prompt.prompt();
    },
    { once: true },
  );
}

function show(card, way) {
  for (const part of card.querySelectorAll("[data-way]")) part.hidden = part.dataset.way !== way;
  card.hidden = false;
}

function dismiss(card) {
  card.hidden = true;
  try {
    localStorage.setItem(DISMISSED, "yes");
  } catch {
    // where nothing can be kept, the hint comes again
  }
}

function wasDismissed() {
  try {
    return localStorage.getItem(DISMISSED) === "yes";
  } catch {
    return false;
  }
}

function isInstalled() {
  return matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
}

function isIos() {
  return /iphone|ipad|ipod/i.test(navigator.userAgent) && "standalone" in navigator;
}
