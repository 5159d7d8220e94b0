// How large a picture says it is, read from its header: a small file may unfold into gigabytes.
const JPEG_WITHOUT_LENGTH = new Set([0x01, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8]);
const JPEG_NO_FRAME = new Set([0xc4, 0xc8, 0xcc]);

/**
 * {width, height} of a PNG, JPEG or WebP; null of everything else, which is not to be unfolded then.
 * Phones take photos in these. A GIF's frames may be larger than its header tells, an AVIF's tiles hide its size.
 */
export function imageSize(bytes) {
  const view = new DataView(bytes);
  const says = (at, text) => [...text].every((letter, place) => view.getUint8(at + place) === letter.charCodeAt(0));
  try {
    if (says(1, "PNG") && says(12, "IHDR")) return size(view.getUint32(16), view.getUint32(20));
    if (says(0, "RIFF") && says(8, "WEBP")) return webp(view, says);
    if (view.getUint16(0) === 0xffd8) return jpeg(view);
  } catch {
    return null; // shorter than its own header
  }
  return null;
}

function webp(view, says) {
  if (says(12, "VP8X")) return size(1 + uint24(view, 24), 1 + uint24(view, 27));
  if (says(12, "VP8L")) {
    const bits = view.getUint32(21, true);
    return size(1 + (bits & 0x3fff), 1 + ((bits >> 14) & 0x3fff));
  }
  if (says(12, "VP8 ")) return size(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
  return null;
}

function jpeg(view) {
  let at = 2;
  while (at < view.byteLength) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff) return null;
    if (marker >= 0xc0 && marker <= 0xcf && !JPEG_NO_FRAME.has(marker)) return size(view.getUint16(at + 7), view.getUint16(at + 5));
    at += JPEG_WITHOUT_LENGTH.has(marker) ? 2 : 2 + view.getUint16(at + 2);
  }
  return null;
}

function uint24(view, at) {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

function size(width, height) {
  return { width, height };
}
