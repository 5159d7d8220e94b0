// Signed notes (https://c2sp.org/signed-note): checkpoints, and whose signatures are under them.
import { same, sha256 } from "./tree.js";

const LOG = 1;
const WITNESS = 4;
const ID = 4;
const SIGNATURE = 64;
const utf8 = new TextEncoder();

/** Bytes from base64. */
export function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** What a checkpoint says: its text, its signature lines, the size and the root. */
export function readCheckpoint(note) {
  const end = note.lastIndexOf("\n\n");
  const text = note.slice(0, end + 1);
  const [origin, size, root] = text.split("\n");
  return { text, lines: note.slice(end + 2).split("\n").filter(Boolean), origin, size: Number(size), root: bytes(root) };
}

/** Whether a line under the text is a good signature of the key, written name+id+base64. */
export async function isSigned(key, text, lines) {
  const [name, , encoded] = splitKey(key);
  const [kind, raw] = [bytes(encoded)[0], bytes(encoded).slice(1)];
  const id = (await sha256(utf8.encode(`${name}\n`), Uint8Array.of(kind), raw)).slice(0, ID);
  const found = lines.find((line) => line.startsWith(`— ${name} `) && same(bytes(line.split(" ").at(-1)).slice(0, ID), id));
  if (!found || ![LOG, WITNESS].includes(kind)) return false;
  const signature = bytes(found.split(" ").at(-1));
  const time = new DataView(signature.buffer, ID, 8).getBigUint64(0);
  const message = kind === WITNESS ? `cosignature/v1\ntime ${time}\n${text}` : text;
  const imported = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature.slice(-SIGNATURE), utf8.encode(message));
}

/** The name in a written key. */
export const nameOf = (key) => splitKey(key)[0];

function splitKey(key) {
  const [name, id] = key.split("+", 2);
  return [name, id, key.slice(name.length + id.length + 2)];
}
