/** The element of one tile: a student's number, nickname, best accuracy, curves and state. */

import { h, setText, svg } from "../page/dom.js";
import { duration } from "../words/duration.js";
import { number, percent, t } from "../words/i18n.js";
import { classIcon } from "./icons.js";

/** @import { CurveView, Tile } from "./tile.js" */

/** The size of a sparkline in its own units; it is stretched to the tile. */
const SPARK = { width: 100, height: 30 };
/** States that a tile with a curve shows as a word too, because the curve does not show them. */
const SHOWN_BESIDE_CURVE = new Set(["paused", "diverged", "failed", "cancelled"]);

export class TileElement {
  element = h("button", { type: "button", className: "tile", tabIndex: -1 });
  #number = h("b", { className: "tile-number" });
  #best = h("b", { className: "tile-best" });
  #spark = svg("svg", {
    class: "tile-spark",
    viewBox: `0 0 ${SPARK.width} ${SPARK.height}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  #word = h("span", { className: "tile-word" });
  #name = h("span", { className: "tile-name" });
  #hand = h("span", { className: "tile-hand", hidden: true });
  #progress = h("span", { className: "tile-progress" }, h("span"));
  /** What the sparkline shows: its curves, then their colours. @type {unknown[]} */
  #drawn = [];

  /** @param {Tile} tile */
  constructor({ person }) {
    this.element.dataset.person = person;
    this.#hand.append(classIcon("hand"));
    this.element.append(
      this.#number,
      this.#best,
      this.#spark,
      this.#word,
      this.#name,
      this.#hand,
      this.#progress,
    );
  }

  /**
   * @param {Tile} tile
   * @param {(name: string) => string} colorOf
   * @param {{brief: boolean, curves: boolean}} room `brief`: for short words only; `curves`: for curves as well
   */
  draw(tile, colorOf, { brief, curves }) {
    const { state, away_since, hand_at, best, nickname } = tile;
    this.element.dataset.state = state;
    this.element.toggleAttribute("data-away", away_since !== null);
    this.element.toggleAttribute("data-hand", hand_at !== null);
    const figure = best === null ? "" : percent(best);
    const word = wordOf(tile);
    setText(this.#number, String(tile.number ?? ""));
    setText(this.#best, best === null || !brief ? figure : percent(best, 0));
    setText(this.#name, nickname ?? "");
    const hasCurve = tile.curves.some(({ points }) => points.length);
    const needsWord = !hasCurve || SHOWN_BESIDE_CURVE.has(state) || away_since !== null;
    const shownWord = !needsWord ? "" : brief ? briefWordOf(tile) : word;
    setText(this.#word, shownWord);
    // attributes, because selectors that look into every tile, such as :has, are slow
    this.element.toggleAttribute("data-curve", hasCurve);
    this.element.toggleAttribute("data-word", shownWord !== "");
    this.element.toggleAttribute("data-best", best !== null);
    this.#hand.hidden = hand_at === null;
    const bar = this.#progress.firstElementChild;
    this.#progress.hidden = state !== "running";
    if (bar instanceof HTMLElement) bar.style.width = `${(100 * tile.progress).toFixed(1)}%`;
    const parts = [
      [tile.number, nickname].filter(Boolean).join(" "),
      word,
      figure,
      hand_at === null ? "" : t("class.wall.hand_up"),
    ];
    const label = parts.filter(Boolean).join(", ");
    if (this.element.getAttribute("aria-label") !== label) this.element.setAttribute("aria-label", label);
    if (curves) this.#drawSpark(tile, colorOf);
  }

  /**
   * Draw the sparkline, unless it shows these curves already.
   * @param {Tile} tile
   * @param {(name: string) => string} colorOf
   */
  #drawSpark({ curves, runs }, colorOf) {
    const colors = curves.map(({ training }) =>
      colorOf(runs.find((run) => run.training === training)?.name ?? ""),
    );
    const drawn = [...curves, ...colors];
    if (drawn.length === this.#drawn.length && drawn.every((one, i) => one === this.#drawn[i])) return;
    this.#drawn = drawn;
    const end = Math.max(1, ...curves.map(({ iterations }) => iterations));
    this.#spark.replaceChildren(
      ...curves.map((curve, i) => {
        const path = svg("path", { d: pathOf(curve, end) });
        path.style.stroke = colors[i];
        return path;
      }),
    );
  }
}

/**
 * A curve as the path of an SVG; accuracy 1 is at the top.
 * @param {CurveView} curve
 * @param {number} end the iteration at the right edge
 */
function pathOf({ points }, end) {
  if (!points.length) return "";
  const places = points.map(
    ([iteration, value]) =>
      `${((SPARK.width * iteration) / end).toFixed(1)},${(SPARK.height * (1 - value)).toFixed(1)}`,
  );
  return `M${places.join("L")}`;
}

/**
 * What a student's newest runs do, in few words.
 * @param {Tile} tile
 */
export function wordOf({ state, away_since, ahead, seconds }) {
  if (away_since !== null) return t("class.wall.state.away");
  if (state !== "queued") return t(`class.wall.state.${state}`);
  if (seconds !== null)
    return t("class.wall.state.queued_for", { time: duration(Math.max(1, Math.ceil(seconds))) });
  return ahead === null
    ? t("class.wall.state.queued")
    : t("class.wall.state.queued_at", { n: number(ahead + 1) });
}

/**
 * The same in one or two short words.
 * @param {Tile} tile
 */
function briefWordOf({ state, away_since, ahead, seconds }) {
  if (away_since !== null) return t("class.wall.state.away");
  if (state === "joined") return t("class.wall.state.joined.brief");
  if (state !== "queued") return t(`class.wall.state.${state}`);
  if (seconds !== null) return t("class.wall.queue.in", { time: duration(Math.max(1, Math.ceil(seconds))) });
  return ahead === null
    ? t("class.wall.state.queued")
    : t("class.wall.state.queued_at.brief", { n: number(ahead + 1) });
}
