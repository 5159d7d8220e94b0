// Signing out clears this phone: the key, the kept pages, the worker. The server revokes the phone and clears the rest.
import * as vault from "../codes/vault.js";

const form = document.getElementById("sign-out");
let cleared = false;

form.addEventListener(
  "submit",
  async (event) => {
    if (cleared) return;
    event.preventDefault();
    event.stopPropagation();
    const record = await vault.read();
    form.elements.handle.value = record?.handle ?? "";
    await Promise.allSettled([vault.clear(), dropCaches(), dropWorkers()]);
    cleared = true;
    form.submit();
  },
  { capture: true },
);

async function dropCaches() {
  if (!("caches" in window)) return;
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
}

async function dropWorkers() {
  if (!("serviceWorker" in navigator)) return;
  await Promise.all((await navigator.serviceWorker.getRegistrations()).map((worker) => worker.unregister()));
}
