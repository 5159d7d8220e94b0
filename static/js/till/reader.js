// Reading QR codes from pictures: zxing-cpp as WebAssembly, behind the interface of the browsers' own detector.
// The ponyfill always: the browsers' own is missing on iPhones and desktops, and throws inside other apps.
// The names are those of the one pinned build: `t` is BarcodeDetector, `n` is prepareZXingModule.
import { n as prepareModule, t as BarcodeDetector } from "../../vendor/barcode-detector-3.2.2.mjs";

let detector = null;

/** Fetch the reader from our own address; while it comes, the page works. */
export function prepareReader(address) {
  const overrides = { locateFile: (path, prefix) => (path.endsWith(".wasm") ? address : prefix + path) };
  return prepareModule({ overrides, fireImmediately: true });
}

/** What the first QR code in a video frame or a bitmap says; null when there is none. */
export async function readCode(picture) {
  detector ??= new BarcodeDetector({ formats: ["qr_code"] });
  const found = await detector.detect(picture);
  return found[0]?.rawValue ?? null;
}
