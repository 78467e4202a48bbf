/**
 * The geometry of a picture of a network, from the input on the left to the classes on the right. A small network of dense
 * layers is drawn as units with connections. Other networks are drawn as boxes, whose height shows the size of images and
 * whose width shows the number of channels. Pure functions.
 */

/** @import { LayerSummary } from "../types.js" */

/**
 * A drawn layer; `place` is its position in the network, -1 for the input.
 * @typedef {{place: number, type: string, shape: number[]}} Stage
 * @typedef {{stage: Stage, x: number, y: number, width: number, height: number}} Box
 * @typedef {{stage: Stage, x: number, ys: number[], isWhole: boolean}} Column the drawn units of a layer; if it is not whole, some units are left out
 * @typedef {{stage: Stage, x: number, y: number, lines: string[]}} Label `y` is that of its first line
 * @typedef {{from: number, to: number, top: number}} Skip the connection around a residual block, from the middle of a stage to that of another
 * @typedef {{height: number, boxes: Box[], columns: Column[], labels: Label[], skips: Skip[]}} Picture
 */

/** Layers that are not drawn, because they do not change the number of values; the tooltip of the layer before names them. */
const BETWEEN = ["activation", "dropout", "batch_norm", "local_response_norm", "flatten"];
/** A network with more stages than this has no room for units. */
const COLUMNS = 7;
/** If a layer has more units than UNITS, only ENDS units at both ends are drawn. */
const UNITS = 10;
const ENDS = 4;
/** Sizes in pixels: the distance of units, the highest and the lowest box, a line of text, a letter, between two labels. */
const UNIT = 5;
const TALLEST = 48;
const LOWEST = 6;
export const LINE_HEIGHT = 10;
const LETTER = 5.4;
const BETWEEN_LABELS = 5;

/** Width of the picture. */
export const WIDTH = 252;
export const RADIUS = 2;
/** The space above the layers: for the edge of a unit, or for the connection around a residual block. */
const EDGE = 3;
const AROUND = 10;

/**
 * The stages of a network: its input and all drawn layers.
 * @param {LayerSummary[]} layers
 * @returns {Stage[]}
 */
export function stagesOf(layers) {
  if (!layers.length) return [];
  const drawn = layers.flatMap(({ type, output_shape: shape }, place) =>
    BETWEEN.includes(type) ? [] : [{ place, type, shape }],
  );
  return [{ place: -1, type: "input", shape: layers[0].input_shape }, ...drawn];
}

/**
 * @param {LayerSummary[]} layers
 * @param {boolean} isLabelled whether the numbers of units are written below them
 * @returns {Picture}
 */
export function pictureOf(layers, isLabelled = true) {
  const stages = stagesOf(layers);
  const isSmall =
    stages.length <= COLUMNS && stages.every(({ type, shape }) => type === "input" || shape.length === 1);
  const top = stages.some(({ type }) => type === "residual") ? AROUND : EDGE;
  const columns = isSmall ? columnsOf(stages, top) : [];
  const boxes = isSmall ? [] : boxesOf(stages, top);
  const bottom = top + (isSmall ? UNITS * UNIT : TALLEST);
  const xs = isSmall ? columns.map(({ x }) => x) : boxes.map(({ x, width }) => x + width / 2);
  const wanted = stages.map((stage, i) => ({ stage, x: xs[i], lines: linesOf(stage, isSmall) }));
  const labels = isSmall && !isLabelled ? [] : labelsOf(wanted, bottom + LINE_HEIGHT);
  const tops = isSmall ? columns.map(({ ys }) => ys[0] - RADIUS) : boxes.map(({ y }) => y);
  const skips = stages.flatMap(({ type }, i) =>
    type === "residual" ? [{ from: xs[i - 1], to: xs[i], top: Math.min(tops[i - 1], tops[i]) }] : [],
  );
  const lowest = Math.max(
    bottom - EDGE,
    ...labels.map(({ y, lines }) => y + (lines.length - 1) * LINE_HEIGHT),
  );
  return { height: Math.ceil(lowest + EDGE), boxes, columns, labels, skips };
}

/** @param {number[]} shape */
const valuesOf = (shape) => shape.reduce((product, size) => product * size, 1);

/**
 * @param {Stage[]} stages
 * @param {number} top
 * @returns {Column[]}
 */
function columnsOf(stages, top) {
  const apart = (WIDTH - 40) / Math.max(1, stages.length - 1);
  return stages.map((stage, i) => {
    const count = valuesOf(stage.shape);
    const isWhole = count <= UNITS;
    const slots = isWhole ? count : 2 * ENDS + 1;
    const first = top + (UNITS * UNIT - (slots - 1) * UNIT) / 2;
    const ys = Array.from({ length: slots }, (_, slot) => first + slot * UNIT);
    return { stage, x: 20 + i * apart, ys: ys.filter((_, slot) => isWhole || slot !== ENDS), isWhole };
  });
}

/**
 * @param {Stage[]} stages
 * @param {number} top
 * @returns {Box[]}
 */
function boxesOf(stages, top) {
  const room = WIDTH / stages.length;
  const sides = stages.map(({ shape }) => (shape.length === 3 ? shape[1] : 0));
  const tallest = Math.max(1, ...sides);
  const most = Math.max(...stages.map(({ shape }) => Math.log2(1 + valuesOf(shape))));
  return stages.map((stage, i) => {
    const { shape } = stage;
    const isImage = shape.length === 3;
    const share = isImage ? sides[i] / tallest : Math.log2(1 + valuesOf(shape)) / most;
    const height = LOWEST + share * (TALLEST - LOWEST);
    const wanted = isImage ? 3 + 2.5 * Math.log2(1 + shape[0]) : 6;
    const width = Math.min(wanted, 0.75 * room);
    return { stage, x: (i + 0.5) * room - width / 2, y: top + (TALLEST - height) / 2, width, height };
  });
}

/**
 * @param {Stage} stage
 * @param {boolean} isSmall
 */
function linesOf({ shape }, isSmall) {
  if (isSmall || shape.length === 1) return [String(valuesOf(shape))];
  const [channels, ...sides] = shape;
  return [String(channels), sides.join("×")];
}

/**
 * Place labels below their stages, in two rows if they are wide. Labels without room are left out, but not the first and the
 * last one.
 * @param {Omit<Label, "y">[]} wanted
 * @param {number} top of the first line
 * @returns {Label[]}
 */
function labelsOf(wanted, top) {
  /** @param {Omit<Label, "y">} label */
  const ends = ({ x, lines }) => {
    const half = (Math.max(...lines.map((line) => line.length)) * LETTER) / 2;
    const middle = Math.min(Math.max(x, half), WIDTH - half);
    return { middle, left: middle - half, right: middle + half };
  };
  const height = Math.max(...wanted.map(({ lines }) => lines.length)) * LINE_HEIGHT;
  /** @type {(Label & {left: number, right: number})[]} */
  const placed = [];
  const order = [...wanted.slice(0, 1), ...wanted.slice(1).slice(-1), ...wanted.slice(1, -1)];
  for (const label of order) {
    const { middle, left, right } = ends(label);
    const rows = [top, top + height];
    const y = rows.find((row) =>
      placed.every(
        (other) =>
          other.y !== row || right + BETWEEN_LABELS <= other.left || other.right + BETWEEN_LABELS <= left,
      ),
    );
    if (y !== undefined) placed.push({ ...label, x: middle, y, left, right });
  }
  return placed.map(({ left, right, ...label }) => label).toSorted((a, b) => a.stage.place - b.stage.place);
}
