/** A pen on a canvas: where it is pressed and moved, and the lines that it leaves. */

import { coalesced } from "../page/coalesced.js";
import { PEN } from "./digit-pixels.js";

/** @import { Place } from "./digit-pixels.js" */

/**
 * @param {HTMLCanvasElement} pad
 * @param {(at: Place, isFirst: boolean) => void} touch called with each place that the pressed pen reaches
 */
export function onPen(pad, touch) {
  let isDown = false;
  /** @param {MouseEvent} event @returns {Place} */
  const place = ({ clientX, clientY }) => {
    const { left, top, width, height } = pad.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  };
  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    pad.focus({ preventScroll: true });
    pad.setPointerCapture(event.pointerId);
    isDown = true;
    touch(place(event), true);
  });
  pad.addEventListener("pointermove", (event) => {
    if (!isDown) return;
    for (const moved of coalesced(event)) touch(place(moved), false);
  });
  for (const end of ["pointerup", "pointercancel"])
    pad.addEventListener(end, () => {
      isDown = false;
    });
}

/**
 * Draw the lines of a pen.
 * @param {CanvasRenderingContext2D} context
 * @param {Place[][]} strokes
 * @param {number} side of the square, in units of the context
 * @param {string} ink
 */
export function drawStrokes(context, strokes, side, ink) {
  context.strokeStyle = context.fillStyle = ink;
  context.lineWidth = PEN * side;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    stroke.forEach(([x, y], i) => {
      context[i ? "lineTo" : "moveTo"](x * side, y * side);
    });
    if (stroke.length === 1) context.lineTo(stroke[0][0] * side, stroke[0][1] * side);
    context.stroke();
  }
}
