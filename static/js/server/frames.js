/**
 * The format of a binary frame: u32 header length | JSON header | float32, column after column (all little endian). The
 * header is padded so that the floats are aligned, and can be read without copying them.
 */

/** @import { Frame, ViewFrame } from "../types.js" */

const VERSION = 1;
/** The kind of a message in an answer to polling. */
const TEXT = 1;
const text = new TextDecoder();

/**
 * The header of a frame, or of what is in a frame; `end`: where the header ends.
 * @param {ArrayBuffer} buffer
 * @param {number} offset the byte of the buffer at which it begins
 */
export function decodeHeader(buffer, offset = 0) {
  const length = new DataView(buffer).getUint32(offset, true);
  const header = JSON.parse(text.decode(new Uint8Array(buffer, offset + 4, length)));
  if (header.v !== VERSION) throw new Error(`frame version ${header.v}; this page knows ${VERSION}`);
  return { header, end: offset + 4 + length };
}

/**
 * A frame of rows, or of a view.
 * @param {ArrayBuffer} buffer
 * @returns {Frame | ViewFrame} of rows: `values[c]` is column `c`; of a view: its bytes begin at `offset` in `buffer`
 */
export function decodeFrame(buffer) {
  const { header, end } = decodeHeader(buffer);
  if (header.view) return { ...header, buffer, offset: end };
  const values = header.columns.map(
    (/** @type {string} */ _, /** @type {number} */ column) =>
      new Float32Array(buffer, end + 4 * column * header.rows, header.rows),
  );
  return { ...header, values };
}

/**
 * The messages in an answer to polling. Each is: u8 kind (1 text, 2 binary) | u32 length, little endian | bytes.
 * @param {ArrayBuffer} buffer
 * @returns {Generator<string | ArrayBuffer>} the same messages as from a socket
 */
export function* unpack(buffer) {
  const view = new DataView(buffer);
  for (let start = 0; start < buffer.byteLength; ) {
    const end = start + 5 + view.getUint32(start + 1, true);
    const bytes = buffer.slice(start + 5, end);
    yield view.getUint8(start) === TEXT ? text.decode(bytes) : bytes;
    start = end;
  }
}
