// Checking a receipt: step by step, each step said as it is done.
import { bytes, isSigned, nameOf, readCheckpoint } from "./notes.js";
import { consistencyRoots, inclusionRoot, leafHash, same, sha256 } from "./tree.js";

const HASH = 32;

/**
 * Check a proven receipt.
 * Yields [step, state, more]: the step is leaf, parts, signed, cosigned or grown; the state right, wrong or unknown.
 */
export async function* check(proof, read) {
  const receipt = JSON.parse(proof.receipt);
  const checkpoint = readCheckpoint(receipt.checkpoint);
  yield ["leaf", await isIncluded(receipt, checkpoint)];
  yield ["parts", await partsFit(receipt)];
  yield ["signed", await ofLog(proof, checkpoint)];
  for (const key of proof.witnesses) {
    if (checkpoint.lines.some((line) => line.startsWith(`— ${nameOf(key)} `))) {
      yield ["cosigned", await ofKeys([key], checkpoint), nameOf(key)];
    }
  }
  yield ["grown", await hasGrown(proof, checkpoint, read)];
}

async function isIncluded(receipt, checkpoint) {
  try {
    const root = await inclusionRoot(await leafHash(bytes(receipt.leaf)), receipt.number - 1, checkpoint.size, receipt.hashes.map(bytes));
    return same(root, checkpoint.root) ? "right" : "wrong";
  } catch {
    return "wrong";
  }
}

async function partsFit(receipt) {
  try {
    const committed = commitments(bytes(receipt.leaf));
    const opened = await Promise.all(receipt.parts.map(opensTo));
    const fits = committed.length === opened.length && committed.every((each, at) => same(each, opened[at]));
    return fits ? "right" : "wrong";
  } catch {
    return "wrong";
  }
}

function opensTo(part) {
  const blinding = bytes(part.blinding);
  if (blinding.length !== HASH) throw new Error("what blinds is not as long as a hash");
  return sha256(blinding, bytes(part.part));
}

/** A leaf's last field holds the commitments to its parts, in the order of the parts. */
function commitments(leaf) {
  let [at, last] = [0, new Uint8Array()];
  while (at < leaf.length) {
    const length = new DataView(leaf.buffer, leaf.byteOffset + at, 4).getUint32(0);
    last = leaf.slice(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return Array.from({ length: last.length / HASH }, (_, place) => last.slice(place * HASH, (place + 1) * HASH));
}

/** Whether the log of this name signed it. */
function ofLog(proof, checkpoint) {
  const keys = proof.keys.filter((key) => nameOf(key) === checkpoint.origin);
  return ofKeys(keys, checkpoint);
}

async function ofKeys(keys, checkpoint) {
  try {
    for (const key of keys) {
      if (await isSigned(key, checkpoint.text, checkpoint.lines)) return "right";
    }
    return "wrong";
  } catch {
    return "unknown"; // a browser without Ed25519
  }
}

/** Whether the log of this minute is the same log, is signed, and that the smaller of the two is the beginning of the larger. */
async function hasGrown(proof, checkpoint, read) {
  let latest;
  let [old, late, hashes] = [checkpoint, checkpoint, []];
  try {
    latest = readCheckpoint(await read(proof.checkpoint));
    [old, late] = latest.size < checkpoint.size ? [latest, checkpoint] : [checkpoint, latest];
    if (old.size < late.size) {
      hashes = JSON.parse(await read(`${proof.consistency}?from=${old.size}&to=${late.size}`)).hashes.map(bytes);
    }
  } catch {
    return "unknown";
  }
  try {
    const [before, after] = await consistencyRoots(old.size, late.size, hashes, old.root);
    const grown = latest.origin === checkpoint.origin && same(before, old.root) && same(after, late.root);
    return grown ? await ofLog(proof, latest) : "wrong";
  } catch {
    return "wrong";
  }
}
