// What this phone keeps to show codes with no network: one record in IndexedDB.
//
// {owner, handle, key, offsetMs, points, pointsAt, frozen}: whose it is, the device's handle, a key that signs and can't be read,
// how far the server's clock is ahead of the phone's, and how many points there were, and whether they were frozen, when it last
// had network.
const NAME = "codes";
const STORE = "device";
const ONLY = "this";

/** The record, or null. Null too where the browser keeps nothing. */
export async function read() {
  try {
    return (await withStore("readonly", (store) => store.get(ONLY))) ?? null;
  } catch {
    return null;
  }
}

/** Keep the record, and make sure that it is really there. False where the browser keeps nothing, or no keys. */
export async function keep(record) {
  try {
    await withStore("readwrite", (store) => store.put(record, ONLY));
    const kept = await withStore("readonly", (store) => store.get(ONLY));
    await crypto.subtle.sign("HMAC", kept.key, new Uint8Array(1));
    return true;
  } catch {
    return false;
  }
}

/** Change some of the record's fields, if there is one. */
export async function update(fields) {
  const record = await read();
  if (record) await keep({ ...record, ...fields });
}

/** Forget everything. */
export function clear() {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}

async function withStore(mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
