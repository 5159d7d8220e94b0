// The tree of RFC 9162 with the browser's own SHA-256: where a leaf leads, and whether one tree begins with another.

/** SHA-256 over the bytes, one after the other. */
export async function sha256(...pieces) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(pieces)));
}

/** The hash of a leaf. */
export const leafHash = (leaf) => sha256(Uint8Array.of(0), leaf);

/** The root to which a proof leads from a leaf's hash; throws if the tree has no such leaf or the proof has another length. */
export async function inclusionRoot(leaf, index, size, path) {
  if (!(index >= 0 && index < size)) throw new Error("the tree has no such leaf");
  if ((size === 1) !== (path.length === 0)) throw new Error("the proof has another length than the tree is high");
  if (size === 1) return leaf;
  const half = largestPowerBelow(size);
  const [rest, last] = [path.slice(0, -1), path.at(-1)];
  if (index < half) return node(await inclusionRoot(leaf, index, half, rest), last);
  return node(last, await inclusionRoot(leaf, index - half, size - half, rest));
}

/** The roots of the old and the new tree to which a proof leads; `known` is the old root while it is a whole subtree. */
export async function consistencyRoots(oldSize, newSize, path, known) {
  if (oldSize === newSize) {
    if (path.length !== (known ? 0 : 1)) throw new Error("the proof has another length than the trees ask for");
    return known ? [known, known] : [path[0], path[0]];
  }
  if (path.length === 0) throw new Error("the proof is too short");
  const half = largestPowerBelow(newSize);
  const [rest, last] = [path.slice(0, -1), path.at(-1)];
  if (oldSize <= half) {
    const [left, leftNow] = await consistencyRoots(oldSize, half, rest, known);
    return [left, await node(leftNow, last)];
  }
  const [right, rightNow] = await consistencyRoots(oldSize - half, newSize - half, rest, null);
  return [await node(last, right), await node(last, rightNow)];
}

/** Whether two rows of bytes are the same. */
export function same(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function node(left, right) {
  return sha256(Uint8Array.of(1), left, right);
}

function largestPowerBelow(size) {
  let power = 1; // by multiplication: shifts end at 32 bits
  while (power * 2 < size) power *= 2;
  return power;
}

function joined(pieces) {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
