/**
 * The geometry of a picture of a network, from the input at the left to the classes at the right: units and their connections
 * where it is a small one of dense layers, else boxes, as high as an image and as wide as it has channels. Pure.
 */

/** @import { LayerSummary } from "../types.js" */

/**
 * What is drawn of one layer; `place` is its position in the network, -1 that of the input.
 * @typedef {{place: number, type: string, shape: number[]}} Stage
 * @typedef {{stage: Stage, x: number, y: number, width: number, height: number}} Box
 * @typedef {{stage: Stage, x: number, ys: number[], isWhole: boolean}} Column the units that are drawn; not whole: some are left out
 * @typedef {{stage: Stage, x: number, y: number, lines: string[]}} Label `y` of its first line
 * @typedef {{from: number, to: number, top: number}} Skip from the middle of one to that of another, above both
 * @typedef {{height: number, boxes: Box[], columns: Column[], labels: Label[], skips: Skip[]}} Picture
 */

/** Layers that change neither shape nor place of a value: they are named with the layer before them. */
const BETWEEN = ["activation", "dropout", "batch_norm", "local_response_norm", "flatten"];
/** A network of more layers has no room for its units. */
const COLUMNS = 7;
/** Of more units in a layer, some at both ends are drawn. */
const UNITS = 10;
const ENDS = 4;
/** Pixels. */
const UNIT = 5;
const TALLEST = 48;
const LOWEST = 6;
const LINE = 10;
const LETTER = 5.4;
const BETWEEN_LABELS = 5;

/** Width of the picture. */
export const WIDTH = 252;
export const RADIUS = 2;
/** Above the layers: the edge of a unit, or the way around a residual block. */
const EDGE = 3;
const AROUND = 10;
export const LINE_HEIGHT = LINE;

/**
 * The stages of a network: its input, and each layer that is drawn.
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
 * @param {boolean} isLabelled whether sizes of units are said below them
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
  const labels = isSmall && !isLabelled ? [] : labelsOf(wanted, bottom + LINE);
  const tops = isSmall ? columns.map(({ ys }) => ys[0] - RADIUS) : boxes.map(({ y }) => y);
  const skips = stages.flatMap(({ type }, i) =>
    type === "residual" ? [{ from: xs[i - 1], to: xs[i], top: Math.min(tops[i - 1], tops[i]) }] : [],
  );
  const lowest = Math.max(bottom - EDGE, ...labels.map(({ y, lines }) => y + (lines.length - 1) * LINE));
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
 * Labels below their stages, in two rows where they are wide; those that have no room are left out, the ends never.
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
  const height = Math.max(...wanted.map(({ lines }) => lines.length)) * LINE;
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
