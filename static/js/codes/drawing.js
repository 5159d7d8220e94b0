// Drawing a code: QR version 1, level Q, numeric; whole pixels to a module, four modules of quiet around, black on white.
import { correction, generate, mode } from "../../vendor/lean-qr-2.7.4.mjs";

const QUIET = 4;

/** Draw the digits on the canvas, as large as it fits `room` CSS pixels. */
export function drawCode(canvas, digits, room) {
  const code = generate(mode.numeric(digits), {
    minVersion: 1,
    maxVersion: 1,
    minCorrectionLevel: correction.Q,
    maxCorrectionLevel: correction.Q,
  });
  const modules = code.size + 2 * QUIET;
  const scale = window.devicePixelRatio || 1;
  const pixels = Math.max(1, Math.floor((room * scale) / modules));
  canvas.width = canvas.height = modules * pixels;
  canvas.style.width = canvas.style.height = `${(modules * pixels) / scale}px`;
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#000000";
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (code.get(x, y)) context.fillRect((x + QUIET) * pixels, (y + QUIET) * pixels, pixels, pixels);
    }
  }
}

/** Remove what is drawn. */
export function wipe(canvas) {
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
}
