/** A view of a network, as the server encodes it: a header with facts, and arrays. */

import { decodeHeader } from "../server/frames.js";

/** An array with its shape. @typedef {{shape: number[], values: Float32Array | Int32Array | Uint8Array}} ViewArray */

/**
 * What was seen of a network after an iteration. What is in `facts` and `arrays` depends on the kind of view: see
 * `engine/views`. Numbers that are not finite are null in the facts.
 * @typedef {{view: string, iteration: number, facts: Record<string, any>, arrays: Record<string, ViewArray>}} View
 */

const TYPES = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

/**
 * @param {ArrayBuffer} buffer
 * @param {number} offset the byte at which the view begins
 * @returns {View}
 */
export function decodeView(buffer, offset = 0) {
  const { header, end } = decodeHeader(buffer, offset);
  /** @type {Record<string, ViewArray>} */
  const arrays = {};
  let start = end;
  for (const { name, type, shape } of header.arrays) {
    const count = shape.reduce((/** @type {number} */ all, /** @type {number} */ length) => all * length, 1);
    const values = new TYPES[/** @type {keyof typeof TYPES} */ (type)](buffer, start, count);
    arrays[name] = { shape, values };
    start += Math.ceil(values.byteLength / 4) * 4;
  }
  return { view: header.view, iteration: header.iteration, facts: header.facts, arrays };
}
