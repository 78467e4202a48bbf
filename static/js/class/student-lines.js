/** Lines of text that name students: numbers, nicknames where these are shown, and how many more there are. */

import { h, setChildren } from "../page/dom.js";
import { language, number, t } from "../words/i18n.js";

/** @import { Tile } from "./tile.js" */

/** A line has the numbers of this many students, and says how many more there are; the nicknames of these many. */
const MAX_NUMBERS = 8;
const MAX_NAMES = 2;

/** A student in a line of text: the number in bold, and the nickname where names are shown. @param {Tile} tile */
const named = (tile) =>
  h(
    "span",
    {},
    h("b", {}, nameOrNumber(tile)),
    tile.number !== null && tile.nickname ? ` ${tile.nickname}` : "",
  );

/** @param {Tile} tile */
const nameOrNumber = ({ number: place }) => (place === null ? t("class.the_teacher") : String(place));

/**
 * Students in a line: at most some of them.
 * @param {Tile[]} tiles
 * @param {number} others how many more there are
 */
export function names(tiles, others = 0) {
  const line = (/** @type {Tile} */ tile) =>
    tiles.length > MAX_NAMES ? h("b", {}, nameOrNumber(tile)) : named(tile);
  const some = tiles.slice(0, MAX_NUMBERS).flatMap((tile, i) => (i ? [", ", line(tile)] : [line(tile)]));
  const more = Math.max(0, tiles.length - MAX_NUMBERS) + others;
  return more > 0 ? [...some, " ", t("class.wall.more", { n: number(more) })] : some;
}

/**
 * Who has a training that runs or waits.
 * @param {Tile[]} tiles
 * @param {number} others
 */
export function ownerNames(tiles, others) {
  return tiles.length ? names(tiles, others) : [t("class.wall.queue.other")];
}

/**
 * Lists of lines whose elements stay while they say the same, so that what is pointed at does not change below the pointer.
 * @param {HTMLElement} list
 */
export function lines(list) {
  /** @type {Map<string, {element: HTMLElement, content: string}>} */
  const linesByKey = new Map();
  /**
   * `update` writes what a line says into its element, which then stays also if it says something else; without it, another
   * element is made.
   * @param {{key: string, content: string, make: () => HTMLElement, update?: (element: HTMLElement) => void}[]} wanted
   */
  return (wanted) => {
    const elements = wanted.map(({ key, make, update, ...line }) => {
      const content = `${language()} ${line.content}`;
      const old = linesByKey.get(key);
      if (old?.content === content) return old.element;
      const element = (update && old?.element) || make();
      update?.(element);
      linesByKey.set(key, { element, content });
      return element;
    });
    const keys = new Set(wanted.map(({ key }) => key));
    for (const key of linesByKey.keys()) if (!keys.has(key)) linesByKey.delete(key);
    setChildren(list, elements);
  };
}

/** Who is in a line, to see whether it has changed. @param {Tile[]} tiles */
export const saysWho = (tiles) => tiles.map(({ number: place, nickname }) => `${place} ${nickname}`).join();
