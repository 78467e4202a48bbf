/**
 * What a network gets of a drawing: centred and scaled as the images were that it learns from. Pure functions.
 *
 * MNIST (LeCun et al. 1998): the box around the ink is scaled to 20 × 20 of 28 × 28 pixels, keeps its ratio of
 * width to height, and has grey edges; then the image is moved by whole pixels so that the centre of mass of the ink is at pixel (14, 14). Other sizes are
 * made in proportion. The digits of 8 × 8 pixels fill all rows, are centred by their box, and have the levels 0 to 16.
 */

/** A place in the square in which one draws: x to the right and y downwards, from 0 to 1. @typedef {[x: number, y: number]} Place */

/** How thick the pen is, as a share of the square in which one draws. */
export const PEN = 0.085;
/** The side of the box around the ink, as a share of the image. */
const BOX = 20 / 28;
/** Images with at most this many pixels on a side are made as the digits of 8 × 8 are. */
const TINY = 8;
const TINY_MAX_LEVEL = 16;
/** The pen is never thicker than this share of the image: a dot stays a dot. */
const THICKEST = 1 / 7;
/** Each pixel is divided into this many × this many places; it is as dark as the share of them that the pen has touched. */
const FINE = 4;

/**
 * @param {Place[][]} strokes each a line through places; one place is a dot
 * @param {number} height of the image
 * @param {number} width
 * @returns {Uint8Array} height × width levels from 0 to 255, row by row; all 0 without strokes
 */
export function drawnPixels(strokes, height, width) {
  const places = strokes.flat();
  if (!places.length) return new Uint8Array(height * width);
  const side = Math.min(height, width);
  const isTiny = side <= TINY;
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of places) {
    [left, right] = [Math.min(left, x - PEN / 2), Math.max(right, x + PEN / 2)];
    [top, bottom] = [Math.min(top, y - PEN / 2), Math.max(bottom, y + PEN / 2)];
  }
  const box = isTiny ? side : BOX * side;
  const scale = Math.min(box / Math.max(right - left, bottom - top), (THICKEST * side) / PEN);
  const centred = {
    scale,
    x: width / 2 - (scale * (left + right)) / 2,
    y: height / 2 - (scale * (top + bottom)) / 2,
  };
  const pixels = inked(strokes, height, width, centred);
  if (isTiny) return inLevels(pixels);
  const [x, y] = centreOfMass(pixels, width);
  return shifted(pixels, width, Math.round(width / 2 - x), Math.round(height / 2 - y));
}

/**
 * @param {Place[][]} strokes
 * @param {number} height
 * @param {number} width
 * @param {{scale: number, x: number, y: number}} to a place (x, y) is drawn at (scale·x + to.x, scale·y + to.y)
 */
function inked(strokes, height, width, to) {
  const [rows, columns] = [height * FINE, width * FINE];
  const touched = new Uint8Array(rows * columns);
  const radius = (to.scale * PEN * FINE) / 2;
  for (const stroke of strokes) {
    const line = stroke.map(([x, y]) => [(to.scale * x + to.x) * FINE, (to.scale * y + to.y) * FINE]);
    line.forEach(([bx, by], i) => {
      const [ax, ay] = line[Math.max(0, i - 1)];
      const [from, until] = [Math.min(ay, by) - radius, Math.max(ay, by) + radius];
      const [start, end] = [Math.min(ax, bx) - radius, Math.max(ax, bx) + radius];
      for (let row = Math.max(0, Math.floor(from)); row < Math.min(rows, until); row++)
        for (let column = Math.max(0, Math.floor(start)); column < Math.min(columns, end); column++)
          if (distance(column + 0.5, row + 0.5, ax, ay, bx, by) <= radius)
            touched[row * columns + column] = 1;
    });
  }
  return Uint8Array.from({ length: height * width }, (_, at) => {
    const [row, column] = [Math.floor(at / width) * FINE, (at % width) * FINE];
    let count = 0;
    for (let i = 0; i < FINE; i++)
      for (let j = 0; j < FINE; j++) count += touched[(row + i) * columns + column + j];
    return Math.round((255 * count) / FINE ** 2);
  });
}

/**
 * How far (x, y) is from the line between a and b.
 * @param {number} x
 * @param {number} y
 * @param {number} ax
 * @param {number} ay
 * @param {number} bx
 * @param {number} by
 */
function distance(x, y, ax, ay, bx, by) {
  const [dx, dy] = [bx - ax, by - ay];
  const share = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1);
  const along = Math.max(0, Math.min(1, share));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

/** @param {Uint8Array} pixels */
function inLevels(pixels) {
  return pixels.map((value) =>
    Math.round((Math.round((value / 255) * TINY_MAX_LEVEL) / TINY_MAX_LEVEL) * 255),
  );
}

/**
 * The centre of mass of the ink [column, row], where the first pixel is at 0.
 * @param {Uint8Array} pixels
 * @param {number} width
 * @returns {[number, number]}
 */
export function centreOfMass(pixels, width) {
  let [x, y, all] = [0, 0, 0];
  pixels.forEach((value, at) => {
    x += value * (at % width);
    y += value * Math.floor(at / width);
    all += value;
  });
  return all ? [x / all, y / all] : [0, 0];
}

/**
 * Moved to the right and down by whole pixels; what leaves the image is lost.
 * @param {Uint8Array} pixels
 * @param {number} width
 * @param {number} right
 * @param {number} down
 */
export function shifted(pixels, width, right, down) {
  const height = pixels.length / width;
  return pixels.map((_, at) => {
    const [row, column] = [Math.floor(at / width) - down, (at % width) - right];
    return row >= 0 && row < height && column >= 0 && column < width ? pixels[row * width + column] : 0;
  });
}

/**
 * A copy in which the ink near a place is erased. The place is in the unit square.
 * @param {Uint8Array} pixels
 * @param {number} width
 * @param {Place} place
 * @param {number} radius as a share of the width
 */
export function erased(pixels, width, [x, y], radius) {
  const height = pixels.length / width;
  const reach = Math.max(0.5, radius * width); // so that at least one pixel is erased, however large pixels are
  return pixels.map((value, at) => {
    const [row, column] = [Math.floor(at / width) + 0.5, (at % width) + 0.5];
    return Math.hypot(column - x * width, row - y * height) <= reach ? 0 : value;
  });
}

/**
 * A copy in which the outermost row or column of ink on one side is erased.
 * @param {Uint8Array} pixels
 * @param {number} width
 * @param {"left" | "right" | "top" | "bottom"} side
 */
export function trimmed(pixels, width, side) {
  const along = (/** @type {number} */ at) =>
    side === "left" || side === "right" ? at % width : Math.floor(at / width);
  const lines = [...pixels.keys()].filter((at) => pixels[at] > 0).map(along);
  const line = side === "left" || side === "top" ? Math.min(...lines) : Math.max(...lines);
  return pixels.map((value, at) => (along(at) === line ? 0 : value));
}

/** Bytes as base64. @param {Uint8Array} bytes */
export function toBase64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** @param {string} text */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
