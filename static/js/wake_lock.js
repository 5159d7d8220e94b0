// Keeping the screen on while a page is in sight.

/** From now on; taken again each time the page comes back. */
export function keepAwake() {
  const take = () => {
    if (document.hidden) return;
    navigator.wakeLock?.request("screen").catch(() => {}); // a low battery may refuse it
  };
  document.addEventListener("visibilitychange", take);
  take();
}
