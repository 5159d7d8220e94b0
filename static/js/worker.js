// The service worker of a scope. The script that imports this one says in self.SHELL what to keep.
//
// Kept: the shell's files, and pages that say nothing about anybody (the code page makes its code on the phone).
// Everything else goes to the network, and nothing that comes from there is kept.
"use strict";

const { cache, name, offline, pages, files, never } = self.SHELL;
const staticPrefix = self.SHELL.static;
const shellPages = new Set(pages);
const shellFiles = new Set(files);

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropCaches((other) => other !== cache).then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  if (event.data !== "clear") return;
  event.waitUntil(dropCaches(() => true).then(() => event.source?.postMessage("cleared")));
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (never.some((prefix) => url.pathname.startsWith(prefix))) return;
  if (url.pathname.startsWith(staticPrefix)) {
    if (shellFiles.has(url.pathname)) event.respondWith(fromShell(url.pathname, request));
  } else if (request.mode === "navigate") {
    event.respondWith(shellPages.has(url.pathname) ? fromShell(url.pathname, request) : fromNetwork(request));
  }
});

/** Fetch everything of the shell anew, past the browser's own cache; all or nothing. */
async function keepShell() {
  const shell = await caches.open(cache);
  await shell.addAll([...pages, ...files].map((address) => new Request(address, { cache: "reload" })));
}

/** The kept answer at once; from the network when it isn't kept (any more). */
async function fromShell(address, request) {
  const shell = await caches.open(cache);
  return (await shell.match(address)) ?? fetch(request);
}

/** The network's answer; without network, the page that says so. */
async function fromNetwork(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const shell = await caches.open(cache);
    const page = await shell.match(offline);
    if (page) return page;
    throw error;
  }
}

/** Remove this scope's caches for which `wanted` holds; those of the other scope stay. */
async function dropCaches(wanted) {
  const own = (await caches.keys()).filter((key) => key.startsWith(`${name}-`) && wanted(key));
  await Promise.all(own.map((key) => caches.delete(key)));
}
