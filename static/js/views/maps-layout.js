/**
 * Where the maps of a network are drawn on a canvas: for each layer a line with its name, and below it its maps. A map has one
 * place for each value; a unit of a dense layer is a map of one place. No document, no state.
 */

/**
 * A layer's output: `number` counts layers from 1 at the input's side, 0 is the input itself; `count` maps of `rows` × `columns`
 * values; `isFlat`: units, not maps.
 * @typedef {{number: number, count: number, rows: number, columns: number, isFlat: boolean}} Layer
 */
/** The place of a value in a map. @typedef {{layer: number, channel: number, y: number, x: number}} Place */
/** A rectangle in pixels. @typedef {{left: number, top: number, width: number, height: number}} Box */
/** A map on the canvas. @typedef {Box & {layer: number, channel: number, rows: number, columns: number}} MapBox */
/** A layer on the canvas: the top of its line, and how many of its maps there is room for. @typedef {{layer: Layer, top: number, shown: number}} LayerLine */
/** @typedef {{lines: LayerLine[], maps: MapBox[], height: number}} Layout */

/** The line with a layer's name. */
export const LINE = 15;
const GAP = 2;
/** The least and the most pixels of a map's longer side, and of a unit. */
const MAP = { least: 26, most: 64 };
const UNIT = { least: 9, most: 13 };
/** A layer takes at most this number of lines of maps, or of units. */
const LINES = { maps: 2, units: 4 };
/** Below each layer. */
const BELOW = 5;

/**
 * @param {Layer[]} layers the lowest first
 * @param {number} width
 * @param {number} scale how many times as large as in a small card
 * @returns {Layout}
 */
export function layoutOf(layers, width, scale = 1) {
  /** @type {LayerLine[]} */
  const lines = [];
  /** @type {MapBox[]} */
  const maps = [];
  let top = 0;
  for (const layer of layers) {
    const { number, count, rows, columns, isFlat } = layer;
    const limits = isFlat ? UNIT : MAP;
    const longer = Math.max(rows, columns);
    const [wide, high] = [columns / longer, rows / longer];
    const least = limits.least * scale;
    const fitting = Math.max(1, Math.floor((width + GAP) / (least * wide + GAP)));
    const perLine = Math.min(count, fitting);
    const room = ((width + GAP) / perLine - GAP) / wide;
    const side = Math.max(1, Math.min(limits.most * scale, room));
    const mapLines = Math.min(Math.ceil(count / perLine), isFlat ? LINES.units : LINES.maps);
    const shown = Math.min(count, perLine * mapLines);
    lines.push({ layer, top, shown });
    top += LINE;
    for (let channel = 0; channel < shown; channel++)
      maps.push({
        layer: number,
        channel,
        rows,
        columns,
        left: (channel % perLine) * (side * wide + GAP),
        top: top + Math.floor(channel / perLine) * (side * high + GAP),
        width: side * wide,
        height: side * high,
      });
    top += mapLines * (side * high + GAP) + BELOW;
  }
  return { lines, maps, height: top };
}

/**
 * The place at a point of the canvas; null: between maps.
 * @param {Layout} layout
 * @param {number} x
 * @param {number} y
 * @returns {Place | null}
 */
export function placeAt({ maps }, x, y) {
  const map = maps.find(
    ({ left, top, width, height }) => x >= left && x < left + width && y >= top && y < top + height,
  );
  return map ? placeIn(map, x, y) : null;
}

/**
 * @param {MapBox} map
 * @param {number} x
 * @param {number} y
 * @returns {Place}
 */
function placeIn({ layer, channel, rows, columns, left, top, width, height }, x, y) {
  const bounded = (/** @type {number} */ share, /** @type {number} */ count) =>
    Math.max(0, Math.min(count - 1, Math.floor(share * count)));
  return {
    layer,
    channel,
    y: bounded((y - top) / height, rows),
    x: bounded((x - left) / width, columns),
  };
}

/**
 * Where a part of a map is drawn; what lies outside of the map is left out. null: the map is not shown.
 * @param {Layout} layout
 * @param {Place} place the part's upper left corner
 * @param {number} rows
 * @param {number} columns
 * @returns {Box | null}
 */
export function boxOf({ maps }, { layer, channel, y, x }, rows = 1, columns = 1) {
  const map = maps.find((map) => map.layer === layer && map.channel === channel);
  if (!map) return null;
  const [left, right] = [x, x + columns].map((place) => Math.max(0, Math.min(map.columns, place)));
  const [top, bottom] = [y, y + rows].map((place) => Math.max(0, Math.min(map.rows, place)));
  const [wide, high] = [map.width / map.columns, map.height / map.rows];
  return {
    left: map.left + left * wide,
    top: map.top + top * high,
    width: (right - left) * wide,
    height: (bottom - top) * high,
  };
}

/**
 * The place that an arrow key leads to: the next number of the map, beyond its edge that of the next map, above and below the
 * nearest one in the next line of maps. Home and End lead to the first and the last layer. null for other keys.
 * @param {Layout} layout
 * @param {Place} place
 * @param {string} key
 * @returns {Place | null}
 */
export function placeAfter({ maps }, place, key) {
  const steps = /** @type {Record<string, [number, number]>} */ ({
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    Home: [0, 0],
    End: [0, 0],
  });
  if (!Object.hasOwn(steps, key) || !maps.length) return null;
  const index = maps.findIndex(({ layer, channel }) => layer === place.layer && channel === place.channel);
  if (index < 0 || key === "Home") return { layer: maps[0].layer, channel: 0, y: 0, x: 0 };
  if (key === "End") return { layer: maps[maps.length - 1].layer, channel: 0, y: 0, x: 0 };
  const map = maps[index];
  const [right, down] = steps[key];
  const [x, y] = [place.x + right, place.y + down];
  if (x >= 0 && x < map.columns && y >= 0 && y < map.rows) return { ...place, x, y };
  if (right) {
    const next = maps[index + right];
    return next?.layer === place.layer
      ? { ...place, channel: next.channel, x: right > 0 ? 0 : next.columns - 1 }
      : place;
  }
  const middle = map.left + ((place.x + 0.5) / map.columns) * map.width;
  const beyond = maps.filter(({ top }) => (down > 0 ? top > map.top : top < map.top));
  const line = down > 0 ? beyond[0]?.top : beyond.at(-1)?.top;
  const away = (/** @type {MapBox} */ { left, width }) => Math.abs(left + width / 2 - middle);
  const [nearest] = beyond.filter(({ top }) => top === line).sort((a, b) => away(a) - away(b));
  return nearest
    ? placeIn(nearest, middle, down > 0 ? nearest.top : nearest.top + nearest.height - 1e-6)
    : place;
}

/** A place as a text for the address, such as "3-0-12-7". @param {Place | null} place */
export function writePlace(place) {
  return place ? [place.layer, place.channel, place.y, place.x].join("-") : "";
}

/** The place of a text that `writePlace` made; null: none. @param {string} text @returns {Place | null} */
export function readPlace(text) {
  if (!/^\d{1,4}(-\d{1,6}){3}$/.test(text)) return null;
  const [layer, channel, y, x] = text.split("-").map(Number);
  return { layer, channel, y, x };
}
