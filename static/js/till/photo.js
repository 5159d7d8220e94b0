// A code in a photo, read on this device; the photo goes nowhere. Bounds come before anything is unfolded.
import { imageSize } from "./image_size.js";
import { readCode } from "./reader.js";

const MOST_BYTES = 20 * 1024 * 1024;
const MOST_PIXELS = 64_000_000;
const SIDES = [1_400, 2_800]; // longest side to read at: small first, it is quick and bears blur

/** The value of the code in a file. Throws an Error whose message names the sentence to show. */
export async function codeInPhoto(file) {
  if (file.size > MOST_BYTES) throw new Error("photo_too_large");
  const told = imageSize(await file.arrayBuffer());
  if (!told || told.width * told.height > MOST_PIXELS || told.width < 1 || told.height < 1) throw new Error("photo_not_readable");
  for (const side of SIDES) {
    const bitmap = await unfold(file, told, side);
    try {
      const value = await readCode(bitmap);
      if (value) return value;
    } finally {
      bitmap.close();
    }
  }
  throw new Error("photo_without_code");
}

async function unfold(file, told, side) {
  const fits = Math.max(told.width, told.height) > side ? { [told.width >= told.height ? "resizeWidth" : "resizeHeight"]: side, resizeQuality: "medium" } : {};
  try {
    return await createImageBitmap(file, fits);
  } catch {
    throw new Error("photo_not_readable");
  }
}
