/** Draws a loss landscape on a canvas: colours, contours with their values, and the paths of the runs. */

import { color } from "../page/palette.js";
import { inks, pixels, prepared } from "./canvas.js";
import { contours, ends, levelsOf, valueAt } from "./contours.js";
import { logShare, sizeColor, twoDigits } from "./scales.js";

/** @import { Landscape } from "./survey.js" */

/** A drawn landscape. `from`: the place in the plane at a point of the canvas; null outside. @typedef {{landscape: Landscape, from: (x: number, y: number) => [number, number] | null}} Sheet */

/** The colours are drawn on a grid that is this many times as fine as the measured one. */
const FINER = 6;
/** The strongest colour is this share of the scale: paths stand out on it. */
const STRONGEST = 0.72;
/** A line shorter than this, in pixels, gets no text. */
const LONG = 60;
/** The room of a text: half its width and height, and how far two are apart, in pixels. */
const TEXT = { halfWidth: 18, halfHeight: 9, apart: 44 };

/**
 * Draw it as large as the room allows, with the same unit in both directions.
 * @param {HTMLCanvasElement} canvas
 * @param {Landscape} landscape
 * @param {number[]} hues of the runs
 * @param {{width: number, height: number}} room
 * @param {boolean} dark
 * @param {[number, number] | null} place where the reader looks
 * @returns {Sheet}
 */
export function drawLandscape(canvas, landscape, hues, room, dark, place) {
  const { a, b, losses, paths } = landscape;
  const grid = { x: a, y: b, values: losses };
  const [wide, tall] = [a[a.length - 1] - a[0], b[b.length - 1] - b[0]];
  const unit = Math.min(room.width / wide, room.height / tall);
  const [width, height] = [wide * unit, tall * unit];
  const x = (/** @type {number} */ value) => (value - a[0]) * unit;
  const y = (/** @type {number} */ value) => height - (value - b[0]) * unit;
  const context = prepared(canvas, width, height);
  const { ink, card, font, size } = inks(canvas);
  const [low, high] = ends(grid) ?? [1, 1];
  const [lowestColored] = ends(grid, 0) ?? [1]; // a logarithmic scale does not begin at 0
  const [columns, rows] = [FINER * a.length, FINER * b.length];
  const picture = pixels(columns, rows, (row, column) => {
    const loss = valueAt(
      grid,
      a[0] + ((column + 0.5) / columns) * wide,
      b[0] + (1 - (row + 0.5) / rows) * tall,
    );
    return sizeColor(STRONGEST * (loss === null ? 1 : logShare(loss, lowestColored, high)), dark);
  });
  context.imageSmoothingEnabled = true;
  context.drawImage(picture, 0, 0, width, height);
  context.font = `${Math.max(10, size - 3)}px ${font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = context.lineCap = "round";
  /** Where texts stand. @type {number[][]} */
  const taken = [];
  for (const level of levelsOf(low, high)) {
    const lines = contours(grid, level).map((line) => line.map(([p, q]) => [x(p), y(q)]));
    context.strokeStyle = ink;
    context.globalAlpha = 0.35;
    context.lineWidth = 1;
    for (const line of lines) stroke(context, line);
    context.globalAlpha = 1;
    const [longest] = lines.sort((line, other) => lengthOf(other) - lengthOf(line));
    const free = longest && lengthOf(longest) > LONG && freePlace(longest, taken, [width, height]);
    if (!free) continue;
    taken.push(free);
    write(context, twoDigits(level), free, ink, card);
  }
  paths.forEach((path, i) => {
    const line = path.map((point) => [x(point.a), y(point.b)]);
    const hue = color(hues[i], dark);
    for (const [style, thickness] of /** @type {[string, number][]} */ ([
      [card, 5],
      [hue, 2.5],
    ])) {
      context.strokeStyle = style;
      context.lineWidth = thickness;
      stroke(context, line);
    }
    line.forEach((point, k) => {
      const isEnd = k === line.length - 1;
      dot(context, point, isEnd ? 6 : k ? 2 : 4.5, k || isEnd ? hue : card, isEnd ? card : hue);
    });
  });
  if (place) {
    context.strokeStyle = ink;
    context.lineWidth = 1;
    const [p, q] = [x(place[0]), y(place[1])];
    stroke(context, [
      [p - 8, q],
      [p + 8, q],
    ]);
    stroke(context, [
      [p, q - 8],
      [p, q + 8],
    ]);
  }
  return {
    landscape,
    from: (p, q) =>
      p < 0 || q < 0 || p > width || q > height ? null : [a[0] + p / unit, b[0] + (height - q) / unit],
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} line
 */
function stroke(context, line) {
  context.beginPath();
  line.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number[]} at
 * @param {number} radius
 * @param {string} fill
 * @param {string} edge
 */
function dot(context, [x, y], radius, fill, edge) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = edge;
  context.lineWidth = 1.5;
  context.stroke();
}

/** @param {number[][]} line */
function lengthOf(line) {
  return line.reduce(
    (sum, [x, y], i) => (i ? sum + Math.hypot(x - line[i - 1][0], y - line[i - 1][1]) : 0),
    0,
  );
}

/**
 * A place on a line where a text has room: nearest to its middle, inside the picture, and away from other texts.
 * @param {number[][]} line
 * @param {number[][]} taken
 * @param {[number, number]} room
 */
function freePlace(line, taken, [width, height]) {
  const { halfWidth, halfHeight, apart } = TEXT;
  const middle = line.length >> 1;
  return [...line.keys()]
    .sort((key, other) => Math.abs(key - middle) - Math.abs(other - middle))
    .map((i) => line[i])
    .find(
      ([x, y]) =>
        x > halfWidth &&
        x < width - halfWidth &&
        y > halfHeight &&
        y < height - halfHeight &&
        taken.every(([p, q]) => Math.hypot(x - p, 2 * (y - q)) > apart),
    );
}

/**
 * A text with a margin in the colour of the card.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number[]} at
 * @param {string} ink
 * @param {string} card
 */
function write(context, text, [x, y], ink, card) {
  context.lineWidth = 4;
  context.strokeStyle = card;
  context.globalAlpha = 0.8;
  context.strokeText(text, x, y);
  context.globalAlpha = 1;
  context.fillStyle = ink;
  context.fillText(text, x, y);
}
