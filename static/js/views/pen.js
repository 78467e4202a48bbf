/** A pen on a canvas: where it is pressed and moved, and the strokes that it leaves. */

import { coalesced } from "../page/coalesced.js";
import { PEN } from "./digit-pixels.js";

/** @import { Place } from "./digit-pixels.js" */

/** A place nearer than this to the last one of a stroke is left out: it would not be seen. As a share of the square. */
const NEAR = 0.004;
/** A drawing has at most this many places: a stroke that would have more goes on without ink. All are inked again for each change. */
const MAX_PLACES = 4000;

/**
 * The last stroke of a drawing goes on to a place.
 * @param {Place[][]} strokes changed in place
 * @param {Place} place
 * @returns {boolean} whether it is longer now
 */
export function goOn(strokes, [x, y]) {
  const stroke = strokes.at(-1);
  const count = strokes.reduce((sum, { length }) => sum + length, 0);
  if (!stroke || count >= MAX_PLACES) return false;
  const [lastX, lastY] = stroke[stroke.length - 1];
  if (Math.hypot(x - lastX, y - lastY) < NEAR) return false;
  stroke.push([x, y]);
  return true;
}

/**
 * One pen at a time: while a finger is down, another one draws nothing.
 * @param {HTMLCanvasElement} pad
 * @param {(at: Place, isFirst: boolean) => void} touch called with each place that the pressed pen reaches
 */
export function onPen(pad, touch) {
  /** The id of the pointer that was pressed last. It is down as long as the pad has captured it. */
  let pen = -1;
  /** @param {MouseEvent} event @returns {Place} */
  const place = ({ clientX, clientY }) => {
    const { left, top, width, height } = pad.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  };
  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pad.hasPointerCapture(pen)) return;
    event.preventDefault();
    pad.focus({ preventScroll: true });
    pad.setPointerCapture(event.pointerId);
    pen = event.pointerId;
    touch(place(event), true);
  });
  pad.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pen || !pad.hasPointerCapture(pen)) return;
    for (const moved of coalesced(event)) touch(place(moved), false);
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
